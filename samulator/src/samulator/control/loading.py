"""Reads a project's template into the application that runs, with all that its start says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from samulator.control.local_toml import NAME
from samulator.control.project import Project
from samulator.servers.ports import LOOPBACK, Ports
from samulator.template.load import read_application
from samulator.template.model import Application
from samulator.template.model_custom_resource import Answers
from samulator.template.translated import open_template
from samulator.template.translation import translate
from samulator.template.translation_cache import Translate, TranslationCache


def load_project(
    project: Project,
    *,
    environment: Mapping[str, str] | None = None,
    aws_url: str = f"http://{LOOPBACK}:{Ports().aws}",
    translate: Translate = translate,
    answers: Answers | None = None,
) -> Application:
    """Read the template with the parameters, region and variables of the project's options.

    `environment` is that of local.toml with its places filled, `translate` makes what is not kept
    from another start, `answers` are those of custom resources. Raises TemplateError.
    """
    options = project.options
    template = open_template(
        project.template,
        parameters=options.parameters,
        region=options.region,
        cache=TranslationCache(project.builds, translate),
        sources=options.parameter_sources,
        stored=project.stored,
    )
    given = project.environment if environment is None else environment
    application = read_application(template, environment=given, aws_url=aws_url, answers=answers)
    return _with_variables(project, _without(project.not_made, application))


def _without(not_made: Sequence[str], application: Application) -> Application:
    idle = dict.fromkeys(not_made, f"not_made in {NAME} names it")
    return replace(application, idle={**application.idle, **idle})


def _with_variables(project: Project, application: Application) -> Application:
    """As sam does it, only variables that a function declares are replaced."""
    functions = {}
    for logical_id, function in application.functions.items():
        given = project.options.variables_of(logical_id, function.name)
        known = {name: value for name, value in given.items() if name in function.environment}
        functions[logical_id] = replace(function, environment={**function.environment, **known})
    return replace(application, functions=functions)
