"""A CloudFormation template as resolved resources, and what a role in it may do."""
