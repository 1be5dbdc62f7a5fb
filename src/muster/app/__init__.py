"""The one place where everything is joined: settings, store, directory, APIs, and the application made of them.

Here alone the clock and the dice are read (`sources`), a first tenant is made (`bootstrap`) and the server is put
together (`compose`). What is served is in `apis`, how it is kept in `store`; nothing imports this but `cli`.
"""
