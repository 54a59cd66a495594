"""A template after translation: plain CloudFormation, its intrinsics not yet resolved."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from samulator.template.document import parse_document
from samulator.template.identities import Identities, Scope
from samulator.template.includes_elsewhere import without_includes_elsewhere
from samulator.template.language_extensions import Expansion
from samulator.template.model import TemplateError, Value
from samulator.template.parameters import parameter_texts, parameter_values
from samulator.template.refused_document import missing_transform, unresolved_dependencies
from samulator.template.shape import check_sections
from samulator.template.stored_values import StoredValues
from samulator.template.translation_cache import TranslationCache

_NOTHING = StoredValues()


@dataclass(frozen=True)
class TranslatedTemplate:
    """A template as CloudFormation gets it; `warnings` are what its parameters lack.

    `stored` are values that AWS would look up and the template lacks.
    """

    path: Path
    document: Mapping[str, Any]
    parameters: Mapping[str, Value]
    region: str
    cache: TranslationCache
    warnings: tuple[str, ...] = ()
    stored: StoredValues = _NOTHING


def open_template(  # noqa: PLR0913 - a file, and what a deployment would know beside it
    path: Path,
    *,
    parameters: Mapping[str, str],
    region: str,
    cache: TranslationCache | None = None,
    sources: Mapping[str, str] | None = None,
    stored: StoredValues = _NOTHING,
) -> TranslatedTemplate:
    """Read and translate a template. Raises TemplateError where a deployment would be refused.

    `sources` says of parameters where their values are written: one that a deployment would not
    take is a warning then. `stored` are values that AWS would look up and the template lacks.
    """
    warnings: list[str] = []
    document = parse_document(path, warnings.append)
    with naming(path):
        check_sections(document)
        texts = parameter_texts(document, parameters, warnings.append, sources, stored.ssm)
        opened = _translated(path.resolve(), document, texts, region, cache)
    return replace(opened, warnings=(*warnings, *opened.warnings), stored=stored)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """What goes wrong names the file."""
    try:
        yield
    except TemplateError as error:
        raise TemplateError(f"{path.name}: {error}") from error


def _translated(
    path: Path,
    document: Mapping[str, Any],
    texts: Mapping[str, str],
    region: str,
    cache: TranslationCache | None,
) -> TranslatedTemplate:
    warnings = [*missing_transform(document)]
    values = parameter_values(document, texts)
    known = Identities({**document, "Resources": {}}, values, Scope(region, "", warnings.append))
    whole = Expansion(known.intrinsics, path.parent).expand(document)
    expanded = without_includes_elsewhere(whole, warnings.append)
    kept = cache or TranslationCache(None)
    translated = kept.translated(expanded, texts, region)
    warnings += dict.fromkeys(unresolved_dependencies(translated))
    return TranslatedTemplate(path, translated, values, region, kept, tuple(warnings))
