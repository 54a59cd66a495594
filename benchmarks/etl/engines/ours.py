"""The product: `python -m etl`."""

import sys

from etl.__main__ import main

main(sys.argv[1:3])
