"""The tables of calls on the pages of the APIs, written from what there is.

One command, `script/docs`: method, path, permission and title come from an API's own table of routes, so that they
cannot lie; what else there is to say of a call, and the evidence that it rests on, is kept by hand in a file beside the
page (`docs/apis/<api>.toml`). A page keeps what stands outside the two marks. That every page is as it would be
written is a test; what a call does is described on the page by hand.
"""
