"""Which links to the guide in somebody's files are as they should be, held against the index of a site.

`finding` finds the links in a text, `published` reads what a site has, `judging` holds one against the other.
"""

from lambda_vpc.links.finding import Link, Sites, find, guessed
from lambda_vpc.links.judging import ANSWERS, Answer, Judge
from lambda_vpc.links.published import Published, is_address, load, root_of

__all__ = [
    "ANSWERS",
    "Answer",
    "Judge",
    "Link",
    "Published",
    "Sites",
    "find",
    "guessed",
    "is_address",
    "load",
    "root_of",
]
