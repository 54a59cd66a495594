"""WebSocket APIs of templates: their routes, stages and authorizers, and what is said of them."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from samulator.control.effects import ROUTES, effects
from samulator.functions.aws_access import with_connections
from samulator.http.plan import answering, plan_ports
from samulator.template.load import load_application
from samulator.template.model import Application
from samulator.template.model_http import (
    ApiKey,
    Guard,
    LambdaAuthorizer,
    LambdaCustom,
    LambdaProxy,
    MappedMock,
    NotServed,
)
from samulator.template.model_service import Mapped, MappedResponse, ServiceAction
from samulator.template.model_web_socket import SocketRoute

Load = Callable[..., Application]
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: code, Handler: app.handler, Runtime: python3.11}}
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {{Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: "{selection}"}}
  Proxy:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt F.Arn
"""
PROXY = LambdaProxy("F", "1.0", 29.0)


def route(key: str, target: str = "Proxy", more: str = "") -> str:
    return f"""\
Route{"".join(filter(str.isalnum, key))}:
  Type: AWS::ApiGatewayV2::Route
  Properties: {{ApiId: !Ref Chat, RouteKey: {key}, Target: !Sub "integrations/${{{target}}}"{more}}}
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    (tmp_path / "code").mkdir()

    def load(*resources: str, selection: str = "$request.body.action") -> Application:
        own = "".join(indent(dedent(each), "  ") for each in resources)
        template = tmp_path / "template.yaml"
        template.write_text(TEMPLATE.format(selection=selection) + own)
        return load_application(template)

    return load


def test_what_refuses_messages_and_what_selects_no_route_is_told(load: Load) -> None:
    demands = "RequestModels: {a: M}, RequestParameters: {route.request.header.a: {Required: true}}"
    application = load(
        route("$connect", more=f", {demands}"),
        selection="${request.body.a.b}-${context.stage}-\\\\$x",
    )
    rest = "refuse nothing here, what they would refuse on AWS comes through; "
    rest += "let the function check it too, or try it there"
    assert application.warnings == (
        f"Chat: RequestModels of $connect {rest}",
        f"Chat: RequestParameters of $connect {rest}",
        "Chat: $context.stage of its RouteSelectionExpression is nothing here, "
        "so every message is one of $default; $request.body.NAME finds routes",
    )


def test_routes_stages_and_the_selection_are_read(load: Load) -> None:
    application = load(
        route("$connect"),
        route("send"),
        """
        Answer:
          Type: AWS::ApiGatewayV2::RouteResponse
          Properties: {ApiId: !Ref Chat, RouteId: !Ref Routesend, RouteResponseKey: $default}
        Unheard:
          Type: AWS::ApiGatewayV2::RouteResponse
          Properties: {ApiId: !Ref Chat, RouteId: !Ref Routeconnect, RouteResponseKey: $default}
        Deployment: {Type: AWS::ApiGatewayV2::Deployment, Properties: {ApiId: !Ref Chat}}
        Prod:
          Type: AWS::ApiGatewayV2::Stage
          Properties: {ApiId: !Ref Chat, StageName: prod, StageVariables: {table: T}}
        Dev: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Chat, StageName: dev}}
        """,
        selection="${request.body.kind}",
    )

    (chat,) = application.web_socket_apis
    assert chat.routes == (SocketRoute("$connect", PROXY), SocketRoute("send", PROXY, answers=True))
    assert chat.selection == "${request.body.kind}"
    assert chat.stages == {"prod": {"table": "T"}, "dev": {}}
    assert application.apis == ()
    assert application.warnings == ()


def test_its_endpoint_is_of_web_sockets_and_that_of_other_apis_of_https(load: Load) -> None:
    application = load(
        route("$default"),
        """
        Web: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
        Asked:
          Type: AWS::Serverless::Function
          Properties:
            CodeUri: code
            Handler: app.handler
            Runtime: python3.11
            Environment:
              Variables: {CHAT: !GetAtt Chat.ApiEndpoint, WEB: !GetAtt Web.ApiEndpoint}
        """,
    )

    told = application.functions["Asked"].environment
    assert told["CHAT"] == "wss://Chat.execute-api.us-east-1.amazonaws.com"
    assert told["WEB"] == "https://Web.execute-api.us-east-1.amazonaws.com"


def test_an_authorizer_guards_connect_and_no_other_route(load: Load) -> None:
    guarded = ", AuthorizationType: CUSTOM, AuthorizerId: !Ref Auth"
    application = load(
        route("$connect", more=guarded),
        route("send", more=guarded),
        """
        Auth:
          Type: AWS::ApiGatewayV2::Authorizer
          Properties:
            ApiId: !Ref Chat
            Name: auth
            AuthorizerType: REQUEST
            AuthorizerUri: !GetAtt F.Arn
            IdentitySource: [route.request.querystring.token]
        """,
    )

    authorizer = LambdaAuthorizer("Auth", "F", ("route.request.querystring.token",), ttl=0.0)
    assert [each.guard for each in application.web_socket_apis[0].routes] == [
        Guard(authorizer),
        Guard(),
    ]


def test_integrations_of_every_kind_are_read(load: Load) -> None:
    application = load(
        route("$connect", "Mock"),
        route("$default", "Custom"),
        route("table", "Table"),
        route("web", "Web"),
        route("none", "Chat"),
        """
        Mock:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Chat
            IntegrationType: MOCK
            RequestTemplates: {"200": '{"statusCode":200}', other: x}
            TemplateSelectionExpression: "200"
        Made:
          Type: AWS::ApiGatewayV2::IntegrationResponse
          Properties:
            ApiId: !Ref Chat
            IntegrationId: !Ref Mock
            IntegrationResponseKey: /2\\d\\d/
            ResponseTemplates: {$default: made}
        Custom:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Chat
            IntegrationType: AWS
            IntegrationUri: !GetAtt F.Arn
            RequestTemplates: {application/json: "{}"}
        Table:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Chat
            IntegrationType: AWS
            IntegrationMethod: POST
            IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:dynamodb:action/PutItem
            TemplateSelectionExpression: \\$default
            RequestTemplates: {$default: "{}"}
        Web:
          Type: AWS::ApiGatewayV2::Integration
          Properties: {ApiId: !Ref Chat, IntegrationType: HTTP_PROXY, IntegrationUri: "https://x"}
        """,
    )

    connect, default, table, web, none = (
        each.integration for each in application.web_socket_apis[0].routes
    )
    made = MappedResponse("2\\d\\d", 200, templates={"$default": "made"})
    assert connect == MappedMock(Mapped({"$default": '{"statusCode":200}'}, responses=(made,)))
    assert default == LambdaCustom("F", 29.0, None, Mapped({"$default": "{}"}))
    mapped = Mapped({"$default": "{}"})
    assert table == ServiceAction("dynamodb", "action/PutItem", "POST", mapped)
    assert isinstance(web, NotServed)
    assert none == NotServed("it has no integration")
    assert "Chat: none answers an error here: it has no integration" in application.warnings


def test_what_is_different_here_is_said(load: Load) -> None:
    application = load(
        route("$connect", more=", AuthorizationType: AWS_IAM, ApiKeyRequired: true"),
        route("send", more=", RouteResponseSelectionExpression: $default"),
        route("chosen", "Chosen"),
        """
        Chosen:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Chat
            IntegrationType: AWS
            IntegrationUri: !GetAtt F.Arn
            TemplateSelectionExpression: $request.body.kind
            RequestTemplates: {a: "{}", b: "{}"}
        """,
    )

    assert application.warnings == (
        "Chat: send has a RouteResponseSelectionExpression and no "
        "AWS::ApiGatewayV2::RouteResponse: nothing is sent back",
        "Chat: TemplateSelectionExpression $request.body.kind of Chosen is not evaluated here, "
        "its template a is taken",
        "Chat: AWS_IAM of $connect lets everybody on this machine in",
        "Chat: $connect asks for an API key, but no usage plan has a key for it",
    )


def test_keys_of_usage_plans_let_clients_connect(load: Load) -> None:
    application = load(
        route("$connect", more=", ApiKeyRequired: true"),
        """
        Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Chat, StageName: prod}}
        Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: a-key}}
        Plan:
          Type: AWS::ApiGateway::UsagePlan
          Properties: {ApiStages: [{ApiId: !Ref Chat, Stage: prod}]}
        Link:
          Type: AWS::ApiGateway::UsagePlanKey
          Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}
        """,
    )
    (api,) = application.web_socket_apis
    (row,) = (each for each in effects(application, Path()) if each.section == ROUTES)

    assert api.api_keys == (ApiKey("Key", "a-key", is_given=True),)
    assert not api.key_from_authorizer
    assert application.warnings == ()
    assert row.does.startswith("calls F, for callers with an API key")


def test_the_table_of_effects_has_a_row_for_each_route(load: Load) -> None:
    application = load(
        route("$connect"),
        route("send"),
        route("none", "Chat"),
        "Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Chat, StageName: prod}}",
    )

    rows = [each for each in effects(application, Path()) if each.section == ROUTES]
    assert [(each.name, each.works, each.does) for each in rows] == [
        (
            "$connect (Chat)",
            True,
            "calls F; at ws://127.0.0.1:PORT/prod, on a port of its own",
        ),
        ("send (Chat)", True, "calls F"),
        ("none (Chat)", False, "answers an error: it has no integration"),
    ]


def test_an_api_has_a_port_of_its_own_behind_those_of_http(load: Load) -> None:
    application = load(
        route("$default"),
        """
        Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: h, ProtocolType: HTTP}}
        Url: {Type: AWS::Lambda::Url, Properties: {AuthType: NONE, TargetFunctionArn: !Ref F}}
        """,
    )

    named = {plan.port: plan.names for plan in plan_ports(application, 3000)}
    assert named == {3000: "Http", 3001: "Chat", 3002: "Url"}
    assert answering(application) == ["F"]


def test_functions_are_told_where_connections_are_and_no_others(load: Load) -> None:
    application = with_connections(load(route("$default")), "http://127.0.0.1:3001")
    assert application.functions["F"].environment["SAMULATOR_EXECUTE_API"] == (
        "http://127.0.0.1:3001 chat"
    )
    plain = Application({}, {}, {}, {})
    assert with_connections(plain, "http://127.0.0.1:3001") == plain
