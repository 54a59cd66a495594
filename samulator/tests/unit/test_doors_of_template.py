"""REST APIs, HTTP APIs and function URLs of templates, as SAM writes them and written by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent

import pytest

from samulator.control.effects import ROUTES, effects
from samulator.template.load import load_application
from samulator.template.model import Application
from samulator.template.model_http import (
    ApiKey,
    Cors,
    FunctionUrl,
    GatewayResponse,
    Guard,
    HttpApi,
    JwtAuthorizer,
    LambdaAuthorizer,
    LambdaProxy,
    Mock,
    NotServed,
    RestApi,
    Route,
)

# What integrations and authorizers of a template call F by.
URI = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
Load = Callable[[str], Application]
REST = LambdaProxy("F", "1.0", 29.0)
FUNCTION = """\
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Handler: app.handler, Runtime: python3.11%s}
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    (tmp_path / "code").mkdir()

    def load(resources: str, events: str = "") -> Application:
        function = FUNCTION % (f", Events: {{{events}}}" if events else "")
        head = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        template = tmp_path / "template.yaml"
        own = indent(dedent(resources), "  ").replace("{URI}", URI)
        template.write_text(f"{head}{function}{own}")
        return load_application(template)

    return load


def routes(application: Application) -> dict[str, Route]:
    return {route.key: route for api in application.apis for route in api.routes}


def test_events_of_type_api_are_methods_of_the_implicit_api(load: Load) -> None:
    application = load(
        "",
        events="A: {Type: Api, Properties: {Path: /hello, Method: get}},"
        ' B: {Type: Api, Properties: {Path: "/x/{proxy+}", Method: any}}',
    )

    (api,) = application.apis
    assert replace(api, routes=()) == RestApi("ServerlessRestApi", stage="Prod")
    assert {*api.routes} == {Route("GET", "/hello", REST), Route("ANY", "/x/{proxy+}", REST)}
    assert application.warnings == ()


def test_an_api_of_its_own_has_stage_variables_types_and_responses(load: Load) -> None:
    application = load(
        """\
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              Variables: {table: t}
              BinaryMediaTypes: [image~1png, "*/*"]
              Cors: {AllowOrigin: "'https://a.example'", AllowMethods: "'GET'"}
              GatewayResponses:
                DEFAULT_4XX:
                  StatusCode: 418
                  ResponseParameters: {Headers: {X-A: "'b'"}}
                  ResponseTemplates: {application/json: "{}"}
        """,
        events="A: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: post}}",
    )

    (api,) = application.apis
    assert isinstance(api, RestApi)
    assert (api.stage, api.stage_variables) == ("v1", {"table": "t"})
    assert api.binary_media_types == {"image/png", "*/*"}
    assert api.gateway_responses == {
        "DEFAULT_4XX": GatewayResponse(418, (("X-A", "b"),), {"application/json": "{}"})
    }
    preflight = routes(application)["OPTIONS /a"].integration
    assert isinstance(preflight, Mock)
    assert dict(preflight.headers) == {
        "Access-Control-Allow-Origin": "https://a.example",
        "Access-Control-Allow-Methods": "GET",
    }


AUTHORIZERS = """\
  P: {Type: AWS::Cognito::UserPool}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: T
        Authorizers:
          T:
            FunctionArn: !GetAtt F.Arn
            Identity: {Header: X-Token, ValidationExpression: "a.*", ReauthorizeEvery: 30}
          R:
            FunctionArn: !GetAtt F.Arn
            FunctionPayloadType: REQUEST
            Identity: {QueryStrings: [q], Headers: [h]}
          C: {UserPoolArn: !GetAtt P.Arn}
"""


def test_authorizers_of_a_rest_api_guard_their_methods(load: Load, tmp_path: Path) -> None:
    def event(path: str, auth: str) -> str:
        properties = f"RestApiId: !Ref Api, Path: {path}, Method: get{auth}"
        return f"{path[1:]}: {{Type: Api, Properties: {{{properties}}}}}"

    application = load(
        AUTHORIZERS,
        events=", ".join(
            [
                event("/token", ""),
                event("/request", ", Auth: {Authorizer: R}"),
                event("/pool", ", Auth: {Authorizer: C, AuthorizationScopes: [a/b]}"),
                event("/iam", ", Auth: {Authorizer: AWS_IAM}"),
                event("/open", ", Auth: {Authorizer: NONE}"),
                event("/key", ", Auth: {Authorizer: NONE, ApiKeyRequired: true}"),
            ]
        ),
    )

    guards = {path.partition("/")[2]: each.guard for path, each in routes(application).items()}
    header = "method.request.header."
    token = LambdaAuthorizer(
        "T", "F", (f"{header}X-Token",), takes_token=True, ttl=30, validation="a.*"
    )
    request = LambdaAuthorizer("R", "F", (f"{header}h", "method.request.querystring.q"))
    pool = JwtAuthorizer("C", f"{header}Authorization", is_cognito=True)
    assert guards == {
        "token": Guard(token),
        "request": Guard(request),
        "pool": Guard(pool, ("a/b",)),
        "iam": Guard(iam=True),
        "open": Guard(),
        "key": Guard(api_key=True),
    }
    assert "Api: AWS_IAM of GET /iam lets everybody on this machine in" in application.warnings
    told = [each for each in effects(application, tmp_path) if each.section == ROUTES]
    said = {each.name.split()[1]: each.does for each in told}
    assert said["/pool"] == "calls F with payload 1.0, behind authorizer C for a/b"
    assert said["/key"] == "calls F with payload 1.0, for callers with an API key"
    assert said["/iam"] == "calls F with payload 1.0, AWS_IAM lets everybody in here"
    assert said["/open"] == "calls F with payload 1.0"
    assert any("/key asks for an API key" in warning for warning in application.warnings)


def test_keys_of_a_usage_plan_open_its_api(load: Load) -> None:
    application = load(
        """\
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              Auth: {ApiKeyRequired: true, UsagePlan: {CreateUsagePlan: PER_API}}
          Own:
            Type: AWS::ApiGateway::ApiKey
            Properties: {Enabled: true, Value: secret-value-of-20}
          Link:
            Type: AWS::ApiGateway::UsagePlanKey
            Properties: {KeyId: !Ref Own, KeyType: API_KEY, UsagePlanId: !Ref ApiUsagePlan}
        """,
        events="A: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: get}}",
    )

    (api,) = application.apis
    assert isinstance(api, RestApi)
    made, given = sorted(api.api_keys, key=lambda key: key.is_given)
    assert (made.name, len(made.value), made.is_given) == ("ApiApiKey", 40, False)
    assert given == ApiKey("Own", "secret-value-of-20", is_given=True)


def test_resources_and_methods_written_by_hand_are_a_rest_api(load: Load) -> None:
    application = load(
        """\
          Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: by-hand}}
          Pets:
            Type: AWS::ApiGateway::Resource
            Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: pets}
          Pet:
            Type: AWS::ApiGateway::Resource
            Properties: {RestApiId: !Ref Api, ParentId: !Ref Pets, PathPart: "{id}"}
          Root:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !GetAtt Api.RootResourceId
              HttpMethod: ANY
              AuthorizationType: NONE
              Integration: &proxy
                Type: AWS_PROXY
                IntegrationHttpMethod: POST
                Uri: !Sub "{URI}"
                TimeoutInMillis: 5000
          GetPet:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Pet
              HttpMethod: GET
              AuthorizationType: CUSTOM
              AuthorizerId: !Ref Auth
              Integration: *proxy
          Auth:
            Type: AWS::ApiGateway::Authorizer
            Properties:
              RestApiId: !Ref Api
              Name: mine
              Type: TOKEN
              IdentitySource: method.request.header.X-Me
              AuthorizerResultTtlInSeconds: 0
              AuthorizerUri: !Sub "{URI}"
          Preflight:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Pets
              HttpMethod: OPTIONS
              Integration:
                Type: MOCK
                RequestTemplates: {application/json: '{"statusCode": 204}'}
                IntegrationResponses:
                  - StatusCode: 204
                    ResponseParameters: {method.response.header.X-A: "'b'"}
          Queue:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Pets
              HttpMethod: POST
              Integration: {Type: HTTP, Uri: "https://elsewhere.example"}
          Beta:
            Type: AWS::ApiGateway::Stage
            Properties: {RestApiId: !Ref Api, StageName: beta, DeploymentId: !Ref Deployment}
          Gamma:
            Type: AWS::ApiGateway::Stage
            Properties: {RestApiId: !Ref Api, StageName: gamma, DeploymentId: !Ref Deployment}
          Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
        """
    )

    (api,) = application.apis
    found = routes(application)
    proxy = LambdaProxy("F", "1.0", 5.0)
    me = LambdaAuthorizer("Auth", "F", ("method.request.header.X-Me",), takes_token=True, ttl=0)
    assert api.stage == "beta"
    assert "Api: stage gamma does not answer here, beta does" in application.warnings
    assert found["ANY /"] == Route("ANY", "/", proxy)
    assert found["GET /pets/{id}"] == Route("GET", "/pets/{id}", proxy, Guard(me))
    assert found["OPTIONS /pets"].integration == Mock(204, (("X-A", "b"),))
    assert isinstance(found["POST /pets"].integration, NotServed)
    assert any("POST /pets answers 501 here" in warning for warning in application.warnings)


def test_an_open_api_body_is_read_with_its_extensions(load: Load, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(
        dedent(
            """\
            openapi: "3.0.1"
            paths:
              /a/{id}:
                parameters: []
                x-amazon-apigateway-any-method:
                  x-amazon-apigateway-integration:
                    type: aws_proxy
                    httpMethod: POST
                    uri: {"Fn::Sub": "{URI}"}
              /documented:
                get: {responses: {}}
            """
        ).replace("{URI}", URI)
    )
    application = load(
        """\
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              DefinitionBody:
                Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}
        """
    )

    found = routes(application)
    assert found["ANY /a/{id}"] == Route("ANY", "/a/{id}", REST)
    assert isinstance(found["GET /documented"].integration, NotServed)


@pytest.mark.parametrize("location", ["s3://bucket/api.yaml", "{Ref: AWS::StackName}"])
def test_a_document_that_is_on_aws_alone_leaves_the_routes_of_the_events(
    load: Load, location: str
) -> None:
    application = load(
        f"""\
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              Cors: "'*'"
              DefinitionBody:
                Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {location}}}}}
        """,
        events="A: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /hello, Method: get}}",
    )

    assert routes(application)["GET /hello"] == Route("GET", "/hello", REST)
    assert any("its document is not on this machine" in each for each in application.warnings)


@pytest.mark.parametrize("location", ["s3://bucket/part.yaml", "!Sub 's3://${AWS::StackName}/p'"])
@pytest.mark.parametrize(
    ("declared", "where"),
    [("{}", "Resources"), ("Q: {{Type: AWS::SQS::Queue, Properties: {}}}", "Q")],
)
def test_what_is_included_from_aws_is_left_out_with_a_remedy(
    load: Load, location: str, declared: str, where: str
) -> None:
    include = f"Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {location}}}}}"
    written = include if declared == "{}" else declared.format(f"{{{include}, QueueName: q}}")
    application = load(f"  {written}")

    told = [line for line in application.warnings if "is left out" in line]
    assert len(told) == 1
    assert told[0].startswith(f"{where}: what s3://")
    assert "write the path of the local file as its Location" in told[0]


def test_an_include_of_the_whole_template_is_told(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "Transform: {Name: AWS::Include, Parameters: {Location: rest.yaml}}\n"
        "Resources: {Q: {Type: AWS::SQS::Queue}}\n"
    )
    (told,) = load_application(tmp_path / "template.yaml").warnings
    assert told.startswith("Transform: what rest.yaml holds is left out")
    assert told.endswith("write it as Fn::Transform in the sections that it fills")


@pytest.mark.parametrize("parameters", ["[a]", "text", "{}"])
def test_an_include_without_a_location_is_told(load: Load, parameters: str) -> None:
    application = load(f"Fn::Transform: {{Name: AWS::Include, Parameters: {parameters}}}")
    assert any(line.startswith("Resources: what None holds") for line in application.warnings)


def test_the_path_of_an_include_may_be_the_value_of_a_parameter(load: Load, tmp_path: Path) -> None:
    (tmp_path / "local.yaml").write_text("Q: {Type: AWS::SQS::Queue}")
    application = load(
        """\
          Fn::Transform:
            Name: AWS::Include
            Parameters: {Location: !Sub "${AWS::StackName}.yaml"}
        """
    )
    assert application.resources["Q"].type == "AWS::SQS::Queue"


def test_a_stage_variable_may_name_the_function(load: Load) -> None:
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.fn}/invocations"
    )
    application = load(
        f"""\
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              Variables: {{fn: F}}
              DefinitionBody:
                swagger: "2.0"
                paths:
                  /a:
                    get:
                      x-amazon-apigateway-integration: {{type: aws_proxy, uri: "{uri}"}}
        """
    )

    assert routes(application)["GET /a"].integration == REST


def test_a_document_that_was_exported_names_pseudo_parameters(load: Load) -> None:
    application = load(
        """\
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              DefinitionBody:
                openapi: "3.0.1"
                paths:
                  /a:
                    get:
                      x-amazon-apigateway-integration:
                        type: aws_proxy
                        uri: "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path\
/2015-03-31/functions/arn:${AWS::Partition}:lambda:${AWS::Region}\
:${AWS::AccountId}:function:F/invocations"
        """
    )

    assert routes(application)["GET /a"].integration == REST


def test_http_apis_have_formats_authorizers_and_stages(load: Load) -> None:
    application = load(
        """\
          Http:
            Type: AWS::Serverless::HttpApi
            Properties:
              StageName: live
              StageVariables: {a: b}
              CorsConfiguration: {AllowOrigins: ["https://a.example"], MaxAge: 5}
              Auth:
                Authorizers:
                  J:
                    IdentitySource: $request.header.Authorization
                    JwtConfiguration: {issuer: "https://i.example", audience: [web]}
                  L:
                    FunctionArn: !GetAtt F.Arn
                    AuthorizerPayloadFormatVersion: "2.0"
                    EnableSimpleResponses: true
                    Identity: {Headers: [X-Me], ReauthorizeEvery: 60}
        """,
        events="Old: {Type: HttpApi, Properties:"
        ' {ApiId: !Ref Http, Path: /old, Method: get, PayloadFormatVersion: "1.0"}},'
        " J: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /j, Method: get,"
        " TimeoutInMillis: 2000, Auth: {Authorizer: J, AuthorizationScopes: [s]}}},"
        " L: {Type: HttpApi, Properties:"
        " {ApiId: !Ref Http, Path: /l, Method: get, Auth: {Authorizer: L}}}",
    )

    (api,) = application.apis
    assert isinstance(api, HttpApi)
    assert (api.stage, api.stage_variables) == ("live", {"a": "b"})
    assert api.cors == Cors(allow_origins=("https://a.example",), max_age=5)
    found = routes(application)
    source = "$request.header.Authorization"
    jwt = JwtAuthorizer("J", source, "https://i.example", ("web",))
    asking = LambdaAuthorizer(
        "L", "F", ("$request.header.X-Me",), payload="2.0", simple_responses=True, ttl=60
    )
    assert found["GET /old"] == Route("GET", "/old", LambdaProxy("F", "1.0", 30.0))
    assert found["GET /j"] == Route("GET", "/j", LambdaProxy("F", "2.0", 2.0), Guard(jwt, ("s",)))
    assert found["GET /l"].guard == Guard(asking)


def test_routes_and_integrations_written_by_hand_are_an_http_api(load: Load) -> None:
    application = load(
        """\
          Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: h, ProtocolType: HTTP}}
          Quick:
            Type: AWS::ApiGatewayV2::Api
            Properties: {Name: q, ProtocolType: HTTP, Target: !GetAtt F.Arn, RouteKey: GET /quick}
          Proxy:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Http
              IntegrationType: AWS_PROXY
              IntegrationUri: !GetAtt F.Arn
              PayloadFormatVersion: "2.0"
          Elsewhere:
            Type: AWS::ApiGatewayV2::Integration
            Properties: {ApiId: !Ref Http, IntegrationType: HTTP_PROXY, IntegrationUri: "https://x"}
          Jwt:
            Type: AWS::ApiGatewayV2::Authorizer
            Properties:
              ApiId: !Ref Http
              Name: j
              AuthorizerType: JWT
              IdentitySource: [$request.header.Authorization]
              JwtConfiguration: {Issuer: "https://i.example", Audience: [web]}
          One:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Http
              RouteKey: POST /one
              Target: !Sub integrations/${Proxy}
              AuthorizationType: JWT
              AuthorizerId: !Ref Jwt
              AuthorizationScopes: [s]
          Two:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Http
              RouteKey: GET /two
              Target: !Join ["/", [integrations, !Ref Elsewhere]]
        """
    )

    found = routes(application)
    jwt = JwtAuthorizer("Jwt", "$request.header.Authorization", "https://i.example", ("web",))
    proxy = LambdaProxy("F", "2.0", 30.0)
    assert found["POST /one"] == Route("POST", "/one", proxy, Guard(jwt, ("s",)))
    assert found["GET /quick"] == Route("GET", "/quick", proxy)
    assert isinstance(found["GET /two"].integration, NotServed)
    assert [api.id for api in application.apis] == ["Http", "Quick"]


def test_function_urls_are_read_from_functions_and_from_resources(load: Load) -> None:
    application = load(
        """\
          Url:
            Type: AWS::Lambda::Url
            Properties:
              TargetFunctionArn: !GetAtt F.Arn
              AuthType: AWS_IAM
              InvokeMode: RESPONSE_STREAM
              Cors: {AllowOrigins: ["*"], AllowCredentials: true}
          Elsewhere:
            Type: AWS::Lambda::Url
            Properties: {TargetFunctionArn: other, AuthType: NONE}
        """
    )

    cors = Cors(allow_origins=("*",), allow_credentials=True)
    assert application.function_urls == (
        FunctionUrl("Url", "F", iam=True, streams=True, cors=cors),
    )
    assert "Elsewhere: no function of this template is meant by other" in application.warnings
    assert any(each.startswith("Url.InvokeMode: RESPONSE_STREAM") for each in application.warnings)
