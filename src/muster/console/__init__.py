"""A face for people: pages in HTML, without a script, that ask the directory as everything else does.

`password` lets the owner of a mailed link set his password, in the pages of `pages`. Who may, and what a good password
is, is decided in `core`; the mail with the link is `trail`'s, and what machines use is in `apis`.
"""
