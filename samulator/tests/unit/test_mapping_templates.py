"""Mapping templates as API Gateway renders them."""

import json

import pytest

from samulator.http.mapping.render import render_request, render_response
from samulator.http.mapping.variables import MappingFailed, MappingSource

ALL_PARAMETERS = """#set($all = $input.params())
{#foreach($type in $all.keySet())#set($params = $all.get($type))"$type": {
#foreach($name in $params.keySet())"$name": "$util.escapeJavaScript($params.get($name))"
#if($foreach.hasNext),#end#end}#if($foreach.hasNext),#end#end}"""


def source(body: object = None, **more) -> MappingSource:
    text = body if isinstance(body, str) else json.dumps(body)
    return MappingSource(text, **more)


def rendered(template: str, body: object = None, **more) -> str:
    return render_request(template, source(body, **more)).text


def test_a_body_goes_into_a_form_as_it_was_sent():
    template = 'Action=SendMessage&MessageBody={"data":$input.body}'
    assert rendered(template, '{"a": 1}') == 'Action=SendMessage&MessageBody={"data":{"a": 1}}'


def test_a_path_gives_an_object_and_json_its_text():
    template = """{"who": "$input.path('$.user.name')", "all": $input.json('$.user')}"""
    body = {"user": {"name": "Ada", "tags": ["a", "b"], "active": True, "left": None}}
    assert json.loads(rendered(template, body)) == {"who": "Ada", "all": body["user"]}


def test_what_a_path_does_not_find_is_empty_and_null_as_json():
    assert rendered("[$!input.path('$.no.such')|$input.json('$.no')]", {"a": 1}) == "[|null]"


def test_objects_print_as_java_prints_them():
    assert rendered("$input.path('$')", {"a": {"b": [1, True, None]}}) == "{a={b=[1, true, null]}}"


def test_a_loop_knows_whether_more_follows_and_names_may_hold_hyphens():
    template = """[#foreach($elem in $input.path('$.records'))
        {"Data": "$util.base64Encode($elem.data)", "PartitionKey": "$elem.partition-key"}
        #if($foreach.hasNext),#end
    #end]"""
    body = {"records": [{"data": "a", "partition-key": "k"}, {"data": "b", "partition-key": "l"}]}
    assert json.loads(rendered(template, body)) == [
        {"Data": "YQ==", "PartitionKey": "k"},
        {"Data": "Yg==", "PartitionKey": "l"},
    ]


def test_a_parameter_is_looked_for_in_path_then_query_then_header():
    parameters = {"path": {"id": "p"}, "querystring": {"id": "q", "a": "q"}, "header": {"a": "h"}}
    template = "$input.params('id') $input.params('a') $input.params().header.a"
    assert rendered(template, "", parameters=parameters) == "p q h"


def test_the_template_that_passes_all_parameters_through_is_json():
    parameters = {"path": {"id": "7"}, "querystring": {"q": 'say "hi"'}, "header": {}}
    assert json.loads(rendered(ALL_PARAMETERS, "", parameters=parameters)) == parameters


def test_the_context_and_the_stages_variables_are_there():
    more = {"context": {"requestId": "r-1", "identity": {"sourceIp": "127.0.0.1"}}}
    template = "$context.requestId ${context.identity.sourceIp} $stageVariables.colour"
    assert rendered(template, "", stage_variables={"colour": "red"}, **more) == "r-1 127.0.0.1 red"


def test_text_is_escaped_for_scripts_and_forms():
    body = {"text": 'it\'s "ü"/\n'}
    template = "$util.escapeJavaScript($input.path('$.text'))"
    assert rendered(template, body) == r"it\'s \"\u00FC\"\/\n"
    assert rendered("$util.urlEncode($input.path('$.text'))", {"text": "a b&c"}) == "a+b%26c"
    assert rendered("$util.base64Decode('YcO8')") == "aü"
    assert rendered('$util.parseJson(\'{"a": {"b": 2}}\').a.b') == "2"


def test_a_template_may_set_headers_of_the_request():
    template = """#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")
{"a": 1}"""
    made = render_request(template, source(""))
    assert made.headers == {"X-Amz-Target": "AWSEvents.PutEvents"}
    assert json.loads(made.text) == {"a": 1}


def test_a_template_may_set_the_status_of_the_answer():
    template = """#set($root = $input.path('$'))
#if($root.toString().contains("Item"))#set($context.responseOverride.status = 404)#end"""
    assert render_response(template, source({"Item": {}})).status == 404
    assert render_response(template, source({"Other": {}})).status is None


def test_texts_answer_the_methods_of_java():
    template = "$input.params('a').toString().length() $input.params('a').replaceAll('l+', 'L')"
    assert rendered(template, "", parameters={"path": {"a": "hello"}}) == "5 heLo"
    assert rendered("#if($input.params('no').toString() != '')some#{else}none#end") == "none"


def test_one_request_knows_nothing_of_what_another_one_set():
    template = "$!seen#set($seen = 'yes')"
    assert [rendered(template), rendered(template)] == ["", ""]


def test_a_body_that_is_no_json_is_said():
    with pytest.raises(MappingFailed, match="the body is no JSON"):
        rendered("$input.path('$.a')", "a=1")


def test_a_template_that_is_no_template_is_said():
    with pytest.raises(MappingFailed, match="the mapping template"):
        rendered("#set($a = )", "{}")
