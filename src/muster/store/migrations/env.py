"""What Alembic runs for each command: the migrations on the connection that it was given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    # The lock and the transaction are run.py's, around all steps together.
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
