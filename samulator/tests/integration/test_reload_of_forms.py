"""What is reloaded, and what is not, where a function's code is no folder of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.functions.reload import ReloadListener, watch, watch_code
from testkit.debug_client import DebugClient
from testkit.other_app_runner import OtherApp
from testkit.ports import reserve_port
from testkit.timing import wait_until

CODE = "def handler(event, context):\n    word = 'hello'\n    return word\n"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: {code}
      Events:
        Any: {{Type: HttpApi}}
"""
IMAGE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, Events: {Any: {Type: HttpApi}}}
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
"""
DOCKERFILE = 'FROM public.ecr.aws/lambda/python:3.11\nCOPY app.py ./\nCMD ["app.handler"]\n'


class Project:
    """A folder with one function, which is watched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reloads: list[str] = []
        self.running: list[OtherApp] = []
        self.write("app.py", CODE)

    def write(self, path: str, text: str) -> Path:
        written = self.folder / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(text)
        return written

    def start(self, template: str, *debug: str) -> OtherApp:
        app = OtherApp(self.write("template.yaml", template), debug=debug)
        self.running.append(app)
        own = (self.folder / "state",)
        watching = watch(
            app.application,
            app.functions,
            app.packages,
            ReloadListener(lambda _name, what: self.reloads.append(what), self.reloads.append),
            code=watch_code(app.application, app.packages, ignored=own),
        )
        asyncio.run_coroutine_threadsafe(watching, app._loop)
        return app


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    for app in made.running:
        app.close()


def test_own_logs_and_state_and_what_tools_leave_in_the_root_reload_nothing(project):
    app = project.start(TEMPLATE.format(code="."))
    assert app.invoke_json("F") == "hello"
    for path in (
        *("state/aws.json", "state/logs/F.txt", ".samulator/logs/F.jsonl", "up.log"),
        *(".git/index", ".venv/lib/a.py", "node_modules/a.js", ".aws-sam/build/app.py"),
        *("environment/pyvenv.cfg", "environment/lib/b.py", "__pycache__/app.pyc"),
    ):
        project.write(path, "written")
        assert app.invoke_json("F") == "hello"
    project.write("app.py", CODE.replace("hello", "saved"))

    wait_until(lambda: project.reloads)
    assert project.reloads == ["app.py"]
    assert app.invoke_json("F") == "saved"


@pytest.mark.parametrize("template", [TEMPLATE.format(code="app.py"), IMAGE])
def test_a_saved_file_of_a_single_file_or_an_image_is_used(project, template):
    project.write("Dockerfile", DOCKERFILE)
    app = project.start(template)
    assert app.invoke_json("F") == "hello"

    project.write("app.py", CODE.replace("hello", "saved"))
    wait_until(lambda: project.reloads)
    assert app.invoke_json("F") == "saved"


def test_a_source_that_a_dockerfile_takes_in_anew_is_used(project):
    project.write("Dockerfile", DOCKERFILE)
    app = project.start(IMAGE)
    assert app.invoke_json("F") == "hello"

    project.write("other.py", "VERSION = 'new'\n")
    project.write("app.py", CODE.replace("'hello'", "__import__('other').VERSION"))
    project.write("Dockerfile", DOCKERFILE.replace("app.py", "*.py"))
    wait_until(lambda: app.invoke("F").payload == b'"new"')


@pytest.mark.parametrize("template", [TEMPLATE.format(code="app.py"), IMAGE])
def test_breakpoints_are_hit_in_the_files_that_were_written(project, template):
    project.write("Dockerfile", DOCKERFILE)
    port = reserve_port()
    app = project.start(template, f"F:{port}")
    answer = asyncio.run_coroutine_threadsafe(app.functions.invoke("F", b"{}"), app._loop)

    app.wait_for_line("Waiting for a debugger")
    with DebugClient(port) as debugger:
        assert debugger.attach({project.folder / "app.py": [3]}) == [True]
        thread = debugger.stopped()
        assert debugger.place(thread) == (str(project.folder / "app.py"), 3)
        assert debugger.evaluate(thread, "word") == "'hello'"
        debugger.request("continue", threadId=thread)
        assert answer.result().payload == b'"hello"'
