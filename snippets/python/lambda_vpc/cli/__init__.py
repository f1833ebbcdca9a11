"""The command `lambda-vpc`: arguments, files, and what is printed; every judgment is made below it."""
