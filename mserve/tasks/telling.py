"""Telling: that a job has changed, to those who follow it, once the transaction is committed."""

from mserve.resources.job import Job
from mserve.tasks.news import Change
from mserve.tasks.outbox import after_commit


def tell(job: Job) -> None:
    """Has it told after the commit of the transaction that is under way."""
    connection = job.service._p_jar
    transaction = connection.transaction_manager.get()
    after_commit(transaction, connection.db(), changes=[Change.of(job)])
