"""`script/docs`: write the tables of all pages anew, or with --check tell which are not as they would be written."""

from __future__ import annotations

import argparse
import sys

from pages.certcentral import CERTCENTRAL
from pages.idaas import IDAAS
from pages.page import Mistaken, Page

PAGES: tuple[Page, ...] = (CERTCENTRAL, IDAAS)


def main() -> int:
    """The exit status: 1 where a file is mistaken, or with --check a page is not what would be written."""
    parser = argparse.ArgumentParser(prog="script/docs", description="Writes the tables of calls in docs/apis.")
    parser.add_argument("--check", action="store_true", help="write nothing; tell whether anything would change")
    is_check = parser.parse_args().check
    status = 0
    for page in PAGES:
        try:
            written = page.written()
        except Mistaken as mistaken:
            print(f"{page.data.name}: {mistaken}", file=sys.stderr)
            status = 1
            continue
        if written == page.text():
            continue
        print(f"{page.path.name} {'is not as it would be written' if is_check else 'written'}")
        if is_check:
            status = 1
        else:
            page.path.write_text(written, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
