"""What an administrator may know and do, in plain Python.

Here are the directory's entities, the rules that decide about them, the authority that bounds every request and the
one door, `directory.Directory`, through which everything outside asks. Nothing here does input or output, reads a
clock, draws a random number or speaks a vendor's word: how things are kept is `store`, how they look on a wire is
`apis`, and time, randomness and secrecy are handed in through `ports`.
"""
