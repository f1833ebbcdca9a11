"""A reader's own templates and policies, checked: texts in, frozen records out, nothing printed.

[`templates`][lambda_vpc.checking.templates] reads a template and says what the rules find, which way each
function has and which ENIs it needs; [`policies`][lambda_vpc.checking.policies] decides a call against policy
files; [`data`][lambda_vpc.checking.data] makes plain data of either. Files, arguments and colors are the
business of who asks: the command line, or a page in a browser.
"""
