"""Who changed what, from where: PostgreSQL writes an entry with every change of a row that somebody can change.

watching    for migrations: has a table watched
saying      whose the changes of a request or a task are
asked       which entries the page is asked for
told        an entry in words, for the page and its file
"""
