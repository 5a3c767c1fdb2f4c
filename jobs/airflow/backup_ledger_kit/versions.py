"""Names that Airflow 2 and 3 keep in different places."""

from __future__ import annotations

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, Param, chain, task
except ImportError:
    from airflow import DAG
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import task
    from airflow.models.baseoperator import chain
    from airflow.models.param import Param
try:  # Airflow 3.1
    from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.providers.standard.operators.empty import EmptyOperator
except ImportError:
    from airflow.operators.bash import BashOperator
    from airflow.operators.empty import EmptyOperator

__all__ = [
    "DAG",
    "AirflowException",
    "AirflowFailException",
    "AirflowSkipException",
    "Asset",
    "BashOperator",
    "EmptyOperator",
    "Param",
    "chain",
    "task",
]
