"""What can go wrong at the door to ClickHouse."""


class WarehouseUnavailable(Exception):
    """ClickHouse did not answer. What was asked can be asked again later."""


class QuestionTooLarge(Exception):
    """The question ran into a limit of time, memory or rows; a shorter span or fewer groups will pass."""
