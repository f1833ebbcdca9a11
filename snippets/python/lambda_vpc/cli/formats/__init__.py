"""The formats that programs read, one module each with `of_files`, and `of_call` for a decision."""
