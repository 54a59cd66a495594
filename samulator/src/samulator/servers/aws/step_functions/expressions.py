"""JSONata, which moto evaluates in a Java machine that it does not bring."""

from moto.stepfunctions.parser.asl.jsonata import jsonata as moto_jsonata

from samulator.template.model import Value


def evaluate_jsonata() -> None:
    """Have expressions evaluated in Python."""
    moto_jsonata._eval_jsonata = _evaluate


def _evaluate(expression: str) -> Value:
    """Raises moto's JSONataException with what is wrong with the expression."""
    from jsonata.jexception import JException
    from jsonata.jsonata import Jsonata

    try:
        return Jsonata(expression).evaluate(None)
    except JException as error:
        raise moto_jsonata.JSONataException(str(error.error), str(error)) from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # The library's own, of values that a function cannot work with.
        raise moto_jsonata.JSONataException(type(error).__name__, str(error)) from error
