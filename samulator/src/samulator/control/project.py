"""Where things are in the project that the stack runs, and what its local.toml says."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from samulator.control.local_toml import NAME, ProjectError, StartInvoke, fill, read_local_toml
from samulator.control.start_options import (
    EVERY_FUNCTION,
    NO_FLAGS,
    Flags,
    StartOptions,
    read_options,
)
from samulator.servers.aws.emr_serverless.settings import JobSettings
from samulator.template.document import find_template
from samulator.template.model import Application
from samulator.template.nearest import suggestion
from samulator.template.stored_values import StoredValues


@dataclass(frozen=True)
class Project:
    """One project folder. `environment` still holds its {placeholders}.

    `servers` are the data servers that it asks for, `tokens_optional` is whether JWT authorizers
    let a request without a token in, `allow_aws` whether functions may reach AWS itself, `iam`
    whether the policies of their roles are enforced, `hosts` are those that API destinations may
    ask besides this machine, `options` are those of the start,
    `links` are where people begin, `container_parameters` those of the template in containers,
    `jobs` is how job runs become processes, `not_made` are custom
    resources that nobody is to make here, `stored` is what other stacks keep,
    `state_folder` is where its data is, if it has a folder of its own.
    """

    root: Path
    servers: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    start: tuple[StartInvoke, ...] = ()
    tokens_optional: bool = False
    allow_aws: bool = False
    iam: bool = False
    hosts: tuple[str, ...] = ()
    options: StartOptions = field(default_factory=StartOptions)
    state_folder: Path | None = None
    container_parameters: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    jobs: JobSettings = field(default_factory=JobSettings)
    not_made: tuple[str, ...] = ()
    stored: StoredValues = field(default_factory=StoredValues)

    @property
    def template(self) -> Path:
        """Raises TemplateError where the folder has none and the options name none."""
        return self.options.template or find_template(self.root)

    @property
    def settings(self) -> tuple[Path, ...]:
        """What is read at the start alone; local.toml may be absent."""
        return self.template, self.root / NAME, *self.options.files

    @property
    def events(self) -> Path:
        return self.root / "events"

    @property
    def state(self) -> Path:
        """Data, logs and the lock record of the running stack; LOCAL_STATE moves it."""
        if self.state_folder is not None:
            return self.state_folder
        moved = os.environ.get("LOCAL_STATE")
        return Path(moved) if moved else self.root / ".samulator"

    @property
    def builds(self) -> Path:
        """Built packages: the same for every state, so they never move."""
        return self.root / ".samulator"

    def starts(self, *, after_open: bool) -> tuple[StartInvoke, ...]:
        """What to invoke at the start, before or after the API opens."""
        return tuple(start for start in self.start if start.after_open == after_open)

    def starts_after(self, service: str) -> tuple[StartInvoke, ...]:
        """What to invoke when a data service came back."""
        return tuple(start for start in self.start if service in start.again_after)

    def filled_environment(self, places: Mapping[str, str]) -> dict[str, str]:
        """The variables with their placeholders filled; raises ProjectError on an unknown one."""
        return {name: fill(name, text, places) for name, text in self.environment.items()}

    def disagreements(self, application: Application) -> Iterator[str]:
        """Names that the template does not have, such as variables of no function: a line each.

        Raises ProjectError where a function to start is not in the template.
        """
        known = {*application.functions, *(each.name for each in application.functions.values())}
        for at, start in enumerate(self.start):
            if start.function not in known and ":" not in start.function:
                raise ProjectError(
                    f"{NAME}: start[{at}].function: {start.function!r} is not in "
                    f"{self.template.name}; there are {', '.join(sorted(application.functions))}"
                )
        yield from self.options.remarks
        declared = {name for each in application.functions.values() for name in each.environment}
        for name in self.environment:
            if name not in declared:
                yield (
                    f"{NAME}: environment.{name} reaches no function: none declares it in "
                    f"{self.template.name}"
                )
        custom = {each.logical_id for each in application.resources.values() if each.is_custom}
        for name in self.not_made:
            if name not in custom:
                yield f"{NAME}: not_made: {name} is no custom resource of {self.template.name}"
        yield from self._variables_without_effect(application)

    def _variables_without_effect(self, application: Application) -> Iterator[str]:
        """Of --env-vars, which as in sam replaces what a function declares and adds nothing."""
        file, every = self.template.name, application.functions.values()
        known = {EVERY_FUNCTION: {name for each in every for name in each.environment}}
        for logical_id, function in application.functions.items():
            known |= {key: {*function.environment} for key in (logical_id, function.name)}
        for name, variables in self.options.variables.items():
            if name not in known:
                yield f"--env-vars: {name} is no function of {file}"
                continue
            for variable in sorted(variables.keys() - known[name]):
                why = "no function declares it" if name == EVERY_FUNCTION else "not declared"
                meant = suggestion(variable, known[name])
                yield f"--env-vars: {name}.{variable} has no effect: {why} in {file}{meant}"


def open_project(root: Path, flags: Flags = NO_FLAGS) -> Project:
    """Reads local.toml and samconfig.toml, which may be absent; raises ProjectError."""
    said = read_local_toml(root)
    return Project(
        root,
        said.servers,
        said.environment,
        said.start,
        said.tokens_optional,
        allow_aws=said.allow_aws,
        iam=said.iam,
        hosts=said.api_destinations,
        options=read_options(root, flags),
        container_parameters=said.container_parameters,
        links=said.links,
        jobs=said.jobs,
        not_made=said.not_made,
        stored=said.stored,
    )
