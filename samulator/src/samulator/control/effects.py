"""What everything in a template does on this machine: the rows of `samulator check`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from samulator.control.integration_effects import answers, asks_for
from samulator.control.missing_code import missing_code
from samulator.control.resource_effects import effect
from samulator.control.socket_effects import socket_effects
from samulator.control.trigger_effects import called, fires, pool_calls
from samulator.events.schedule.checked import silent_schedules
from samulator.http.plan import plan_ports
from samulator.template.bucket_rules import name_problem
from samulator.template.custom_resources import makers
from samulator.template.model import Application, Function, Resource
from samulator.template.model_http import LambdaCustom, LambdaProxy

FUNCTIONS, ROUTES, TRIGGERS, RESOURCES = "functions", "routes", "triggers", "resources"
_FUNCTION = "AWS::Lambda::Function"
_POOL = "AWS::Cognito::UserPool"
_URL = "AWS::Lambda::Url"
_V2_API = "AWS::ApiGatewayV2::Api"
_APIS = {"AWS::ApiGateway::RestApi", _V2_API}
_TRIGGERS = {
    "AWS::Events::Rule",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Pipes::Pipe",
    "AWS::SNS::Subscription",
    "AWS::Scheduler::Schedule",
}


@dataclass(frozen=True)
class Effect:
    """One line of the table. `does` says what it does here, or why it does nothing: `behind` is
    the function that it would call, whose own line says more.
    """

    section: str
    name: str
    type: str
    works: bool
    does: str
    behind: str | None = None


def effects(application: Application, folder: Path) -> tuple[Effect, ...]:
    """Return a row for every function, route, trigger and resource; paths are shown from `folder`.

    What belongs to an API has no row of its own, its routes have.
    """
    return (
        *_functions(application, folder),
        *_routes(application),
        *_urls(application),
        *_triggers(application),
        *_resources(application),
    )


def _functions(application: Application, folder: Path) -> Iterator[Effect]:
    for resource in _of(application, {_FUNCTION}):
        name = resource.logical_id
        if name in application.idle:
            yield Effect(FUNCTIONS, name, resource.type, False, application.idle[name])
            continue
        function = application.functions[name]
        if missing := missing_code(function, application.layers):
            yield Effect(FUNCTIONS, name, resource.type, False, missing)
        else:
            does = _runs(function, folder) + _called_for(name, application)
            yield Effect(FUNCTIONS, name, resource.type, True, does)


def _runs(function: Function, folder: Path) -> str:
    if function.image is not None:
        place = function.image.dockerfile or function.image.uri or "an image"
    else:
        place = function.code_uri or "the template's own code"
    if isinstance(place, Path):
        inside = place.is_relative_to(folder)
        place = place.relative_to(folder) if inside else place
    what = f"{function.handler} ({function.runtime}) of " if function.handler else ""
    return f"runs {what}{place}"


def _called_for(name: str, application: Application) -> str:
    """Who calls a function that custom resources name."""
    if not application.functions[name].makes_custom_resources:
        return ""
    made = [custom for custom, maker in makers(application).items() if maker == name]
    return f", at the start for {', '.join(made)}" if made else ", when it is invoked by hand"


def _calling(effect: Effect, function: str | None, application: Application) -> Effect:
    """The line of what calls a function, which may be one of those that do not run."""
    if function not in application.idle or not effect.works:
        return effect
    does = f"would call {function}, which does not run here"
    return replace(effect, works=False, does=does, behind=function)


def _routes(application: Application) -> Iterator[Effect]:
    further = [api for plan in plan_ports(application, 0)[1:] for api in plan.apis]
    for api in application.apis:
        kind = application.resources[api.id].type
        for route in api.routes:
            works, does = answers(route.integration, "501")
            if isinstance(route.integration, LambdaProxy):
                does += f" with payload {route.integration.payload}"
            asked = asks_for(route.guard) if works else ""
            asked += ", on a further port" if api in further else ""
            line = Effect(ROUTES, f"{route.key} ({api.id})", kind, works, f"{does}{asked}")
            if isinstance(route.integration, LambdaProxy | LambdaCustom):
                line = _calling(line, route.integration.function, application)
            yield line
    for name, function, works, does in socket_effects(application):
        yield _calling(Effect(ROUTES, name, _V2_API, works, does), function, application)
    read = {api.id for api in (*application.apis, *application.web_socket_apis) if api.routes}
    for resource in _of(application, _APIS):
        if resource.logical_id not in read:
            named = f"{resource.logical_id}: "
            said = (line for line in application.warnings if line.startswith(named))
            why = next(said, "it has no route").removeprefix(named)
            reason = application.idle.get(resource.logical_id, why)
            yield Effect(ROUTES, resource.logical_id, resource.type, False, reason)


def _urls(application: Application) -> Iterator[Effect]:
    urls = {url.id: url for url in application.function_urls}
    for resource in _of(application, {_URL}):
        url = urls.get(resource.logical_id)
        reason = application.idle.get(resource.logical_id, "its function does not run here")
        does = reason if url is None else f"calls {url.reference}, on a port of its own"
        line = Effect(ROUTES, resource.logical_id, _URL, url is not None, does)
        yield _calling(line, None if url is None else url.function, application)


def _triggers(application: Application) -> Iterator[Effect]:
    for trigger in application.s3_triggers:
        affixes = f"{trigger.prefix}*{trigger.suffix}"
        name = f"{trigger.bucket}: {' '.join(trigger.events)}"
        does = f"calls {trigger.function}" + ("" if affixes == "*" else f" for {affixes}")
        refused = name_problem(trigger.bucket)
        does = f"S3 refuses the bucket's name: {refused}" if refused else does
        line = Effect(TRIGGERS, name, "AWS::S3::Bucket", refused is None, does)
        yield _calling(line, trigger.function, application)
    for resource in _of(application, {"AWS::S3::Bucket"}):
        if resource.logical_id in application.idle:
            reason = application.idle[resource.logical_id]
            yield Effect(TRIGGERS, resource.logical_id, resource.type, False, reason)
    for resource in _of(application, {_POOL}):
        for name, works, does in pool_calls(resource, application):
            yield Effect(TRIGGERS, f"{resource.place}: {name}", _POOL, works, does)
    names = {each.name: each.logical_id for each in _of(application, {_FUNCTION})}
    silent = silent_schedules(application.schedules, datetime.now(UTC))
    for resource in _of(application, _TRIGGERS):
        works, does = fires(resource, application)
        if resource.place in silent:
            works, does = False, silent[resource.place]
        line = Effect(TRIGGERS, resource.place, resource.type, works, does)
        yield _calling(line, names.get(called(resource)), application)


def _resources(application: Application) -> Iterator[Effect]:
    own = {_FUNCTION, _URL, *_TRIGGERS}
    for resource in application.resources.values():
        if resource.type in own or resource.type.startswith("AWS::ApiGateway"):
            continue
        works, does = effect(resource, application)
        if resource.type == "AWS::S3::Bucket":
            works, does = True, "made in the local AWS"
        yield Effect(RESOURCES, resource.logical_id, resource.type, works, does)


def _of(application: Application, kinds: set[str]) -> list[Resource]:
    return [each for each in application.resources.values() if each.type in kinds]
