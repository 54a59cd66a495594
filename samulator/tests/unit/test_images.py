"""Functions that are images, run from what their Dockerfile says."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from samulator.functions.interpreters import OWN_RUNTIME, installed
from samulator.functions.packages import PackageError, Packages
from samulator.functions.packages.image import with_images
from samulator.template.model import Application, Function
from samulator.template.model_image import Image
from testkit.wheels import list_of, make_wheel

VERSION = OWN_RUNTIME.removeprefix("python")
AWS = f"public.ecr.aws/lambda/python:{VERSION}"
CODE = "import tiny\ndef handler(event, context):\n    return f'hello {tiny.VERSION}'\n"


class Project:
    """A build context with a Dockerfile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_wheel(folder / "wheels", "tiny")
        (folder / "runtime.txt").write_text("")
        self.write("requirements.txt", list_of(folder / "wheels", "tiny"))
        self.write("app.py", CODE)
        self.image = Image(folder / "context", folder / "context/Dockerfile")

    def write(self, path: str, text: str) -> Path:
        written = self.folder / "context" / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(text)
        return written

    def dockerfile(
        self, *lines: str, base: str = f"public.ecr.aws/lambda/python:{VERSION}"
    ) -> None:
        self.write("Dockerfile", "\n".join([f"FROM {base}", *lines, ""]))

    def application(self, **image: Any) -> Application:
        function = Function(
            "F", None, "", "", 3, 128, {"STAGE": "dev"}, image=replace(self.image, **image)
        )
        return with_images(Application({"F": function}, {}, buckets={}, queues={}))

    def run(self, expression: str = "__import__('app').handler({}, None)", **image: Any) -> str:
        application = self.application(**image)
        assert application.warnings == ()
        packages = Packages(
            application,
            state=self.folder / ".samulator",
            runtime_requirements=self.folder / "runtime.txt",
        )
        packages.build()
        layout = packages.layout("F")
        path = [str(each) for each in layout.search_path(OWN_RUNTIME)]
        program = f"import sys; sys.path[:0] = {path!r}; print({expression})"
        interpreter = installed(OWN_RUNTIME)
        assert interpreter
        done = subprocess.run(
            [interpreter, "-B", "-S", "-c", program],
            cwd=layout.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def warning(self, **image: Any) -> str:
        (said,) = self.application(**image).warnings
        return said


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.mark.parametrize(
    "lines",
    [
        ["COPY app.py requirements.txt ./", "RUN python3 -m pip install -r requirements.txt -t ."],
        [
            "COPY requirements.txt  .",
            "# packages first",
            "RUN  pip3 install --no-cache-dir -r requirements.txt \\",
            '     --target "${LAMBDA_TASK_ROOT}" && \\',
            "     rm requirements.txt",
            "COPY app.py ${LAMBDA_TASK_ROOT}",
        ],
        [
            "COPY requirements.txt ${LAMBDA_TASK_ROOT}",
            "RUN pip install -r requirements.txt",
            "COPY app.py ${LAMBDA_TASK_ROOT}",
        ],
        [
            "ADD . ${LAMBDA_TASK_ROOT}/",
            "RUN pip install --upgrade pip",
            "RUN pip install -rrequirements.txt",
        ],
        [
            "WORKDIR ${LAMBDA_TASK_ROOT}",
            "COPY *.txt *.py ./",
            'RUN ["pip", "install", "-r", "requirements.txt"]',
        ],
        [
            "ARG PLACE=/var/task",
            "COPY requirements.txt /tmp/list/",
            "RUN mkdir -p /opt/python; \\",
            "    pip install --requirement=/tmp/list/requirements.txt -t /opt/python",
            "COPY --chown=1000 app.py $PLACE/",
        ],
    ],
)
def test_a_function_runs_from_the_lines_of_its_dockerfile(project, lines):
    project.dockerfile(*lines, 'CMD ["app.handler"]')

    assert project.run() == "hello 1.0"
    assert project.application().functions["F"].handler == "app.handler"
    assert project.application().functions["F"].runtime == OWN_RUNTIME


def test_a_dockerfile_may_begin_with_a_byte_order_mark(project):
    project.dockerfile("COPY app.py ./", 'CMD ["app.handler"]')
    file = next(project.folder.rglob("Dockerfile"))
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert project.application().functions["F"].handler == "app.handler"


def test_stages_copy_from_each_other(project):
    project.write("src/app.py", CODE)
    project.write(
        "Dockerfile",
        f"""ARG PYTHON={VERSION}
FROM public.ecr.aws/sam/build-python${{PYTHON}} AS builder
COPY requirements.txt .
RUN pip install -r requirements.txt -t /asset
COPY src/ /asset/
FROM public.ecr.aws/lambda/python:${{PYTHON}}-x86_64
COPY --from=builder /asset ${{LAMBDA_TASK_ROOT}}
CMD app.handler
""",
    )

    assert project.run() == "hello 1.0"


def test_a_stage_by_name_is_the_target(project):
    project.dockerfile(
        *("COPY . .", "RUN pip install -r requirements.txt", 'CMD ["app.handler"]'),
        f"FROM public.ecr.aws/lambda/python:{VERSION} AS other",
        *("COPY . .", 'CMD ["other.handler"]'),
    )

    assert project.application(target="other").functions["F"].handler == "other.handler"
    assert project.application(target="0").functions["F"].handler == "app.handler"
    assert project.warning(target="absent").endswith("there is no stage 'absent'")


def test_an_image_of_docker_s_python_with_the_runtime_client_runs(project):
    project.dockerfile(
        *("WORKDIR /function", "COPY . /function", "RUN pip install -r requirements.txt"),
        'ENTRYPOINT [ "/usr/local/bin/python", "-m", "awslambdaric" ]',
        'CMD [ "app.handler" ]',
        base=f"python:{VERSION}-slim",
    )

    assert project.run() == "hello 1.0"


def test_variables_come_from_the_dockerfile_and_the_template_wins(project):
    project.dockerfile(
        "ARG COLOUR=red",
        "ENV COLOUR=$COLOUR STAGE=prod",
        'ENV GREETING "good day"',
        'CMD ["app.handler"]',
    )

    function = project.application(arguments={"COLOUR": "blue"}).functions["F"]

    assert function.environment == {"COLOUR": "blue", "STAGE": "dev", "GREETING": "good day"}


def test_settings_of_the_template_win_over_the_dockerfile_s(project):
    project.write("below/data.txt", "read")
    project.dockerfile("COPY . .", "RUN pip install -r requirements.txt", 'CMD ["app.handler"]')

    command = project.application(command=("other.handler",)).functions["F"].handler
    assert command == "other.handler"
    opened = project.run("open('data.txt').read()", working_directory="/var/task/below")
    assert opened == "read"


def test_a_saved_file_is_the_file_that_runs_and_a_new_one_is_taken_in(project):
    project.dockerfile("COPY . .", "RUN pip install -r requirements.txt", 'CMD ["app.handler"]')
    project.run()
    project.write("app.py", CODE.replace("hello", "saved"))
    assert project.run() == "saved 1.0"

    project.write("package/__init__.py", "VERSION = 'new'")
    assert project.run("__import__('package').VERSION") == "new"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("RUN yum install -y gcc", "line 2: RUN yum install -y gcc"),
        ("RUN curl https://x | sh", "line 2: RUN curl https://x | sh"),
        ("RUN pip install poetry && poetry install", "line 2: RUN pip install poetry &&"),
        ("ADD https://x.example/y.zip .", "line 2: ADD https://x.example/y.zip ."),
        ("COPY --from=docker.io/datadog/extension /opt /opt", "line 2: COPY --from=docker.io"),
        ('ENTRYPOINT ["/bootstrap"]', 'line 2: ENTRYPOINT ["/bootstrap"]'),
        ("FROM provided:al2", "line 2: FROM provided:al2 (only the Python images of AWS and"),
        ("ONBUILD RUN x", "line 2: ONBUILD RUN x"),
    ],
)
def test_the_line_that_needs_docker_is_named(project, line, said):
    project.dockerfile(line, 'CMD ["app.handler"]')

    place = f"F: does not run here, {project.folder}/context/Dockerfile needs Docker: "
    assert project.warning().startswith(place + said)
    packages = Packages(project.application(), state=project.folder / ".samulator")
    with pytest.raises(PackageError, match="needs Docker"):
        packages.layout("F")


def test_an_image_that_only_lies_in_a_registry_is_named(project):
    said = project.warning(dockerfile=None, context=None, uri="1.dkr.ecr.x/image:1")

    assert (
        said == "F: does not run here, its image 1.dkr.ecr.x/image:1 has no Dockerfile in Metadata"
    )


def test_an_image_without_a_name_or_a_dockerfile_is_named_too(project):
    said = project.warning(dockerfile=None, context=None, uri="")

    assert said == "F: does not run here, its image has no Dockerfile in Metadata"


def test_a_dockerfile_that_is_missing_or_has_no_handler_is_named(project):
    assert project.warning().endswith("context/Dockerfile: No such file or directory")
    project.dockerfile("COPY . .")
    assert project.warning().endswith("its Dockerfile has no CMD with the handler")


def test_a_source_that_is_missing_is_named(project):
    project.dockerfile("COPY absent.py .", 'CMD ["app.handler"]')
    packages = Packages(project.application(), state=project.folder / ".samulator")

    with pytest.raises(PackageError, match=r"COPY absent\.py: there is no such file in \S+context"):
        packages.layout("F")
