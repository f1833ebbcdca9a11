"""The checker of the guide to AWS Lambda in a VPC: decide, trace, plan and prove, never guess."""

__version__ = "0.1.0"
