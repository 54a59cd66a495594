"""The sentence on orders that a file has and its cleaned rows have not."""


def lost_orders_told(lost: int) -> str:
    """Empty for none."""
    if not lost:
        return ""
    return (
        f"{lost:,} {'order has' if lost == 1 else 'orders have'} no row left: the first row "
        "was bad and a later, good one was dropped as its repeat."
    )
