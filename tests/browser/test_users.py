"""The users' part of the web page, as people use it."""

from playwright.sync_api import Page, expect

from testkit.http_calls import HttpCaller
from tests.browser.conftest import Opens, People, Suspend
from tests.embedded_stack import EmbeddedStack

SYNCHRONISE = (
    "samulator",
    "invoke",
    "SearchSyncFunction",
    "-e",
    "events/schedule_every_minute.json",
)


def fill(page: Page, **fields: str) -> None:
    """Fills the fields of the dialog that is open."""
    for label, text in fields.items():
        page.get_by_role("dialog").get_by_label(label.capitalize()).fill(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def asked_for(page: Page, address: str) -> list[str]:
    """The calls whose address holds this text, from now on."""
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url) if address in request.url else None)
    return urls


def row_of(page: Page, name: str):
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def test_new_user_stands_first_and_is_found(opens: Opens, stack: EmbeddedStack, team: str) -> None:
    page = opens()
    press(page, "New user")
    fill(page, name="Grace Hopper", email=f"grace@{team}.org", role=team)
    press(page, "Save")
    expect(page.get_by_text("Grace Hopper was added.")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text(f"grace@{team}.org")
    # The index may miss a write that it takes too long for, until the next minute.
    assert stack.run(*SYNCHRONISE).returncode == 0
    page.get_by_role("searchbox", name="Search").fill("gracee hoper")
    page.get_by_role("combobox", name="Role").fill(team)
    expect(page.get_by_text("1 user found")).to_be_visible()
    expect(row_of(page, "Grace Hopper")).to_contain_text(team)


def test_faults_stand_beside_their_fields(opens: Opens, people: People, team: str) -> None:
    (ada,) = people("Ada")
    page = opens()
    press(page, "New user")
    press(page, "Save")
    name, email = (page.get_by_role("dialog").get_by_label(label) for label in ("Name", "Email"))
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("must not be blank")
    expect(email).to_have_accessible_description("An email address must have an @-sign.")
    fill(page, name="Other", email=ada["email"].upper(), role=team)
    press(page, "Save")
    expect(email).to_have_accessible_description("Another user has this email.")
    expect(email).to_be_focused()
    expect(name).to_have_accessible_description("")


def test_change_in_another_tab_is_shown_and_nothing_typed_is_lost(
    opens: Opens, people: People, api: HttpCaller, team: str
) -> None:
    (ada,) = people("Ada")
    one, other = opens(f"#users?role={team}"), opens(f"#users?role={team}")
    for page in (one, other):
        press(page, "Edit Ada")
    fill(one, name="Ada Lovelace")
    press(one, "Save")
    expect(row_of(one, "Ada Lovelace")).to_be_visible()
    fill(other, role=f"{team}-b")
    press(other, "Save")
    expect(other.get_by_role("alert").filter(has_text="Somebody else")).to_contain_text(
        "name is now “Ada Lovelace”"
    )
    press(other, "Save")
    expect(row_of(other, "Ada Lovelace")).to_contain_text(f"{team}-b")
    user = api("GET", f"/users/{ada['email']}").json()
    assert (user["name"], user["role"], user["version"]) == ("Ada Lovelace", f"{team}-b", 3)


def test_deletion_asks_again_if_the_user_changed(
    opens: Opens, people: People, api: HttpCaller, team: str
) -> None:
    ada, bob = people("Ada", "Bob")
    page = opens(f"#users?role={team}")
    press(page, "Delete Ada")
    api("PATCH", f"/users/{ada['email']}", body={"name": "Ada the boss"})
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("Somebody else changed this user meanwhile")
    expect(dialog).to_contain_text("Ada the boss")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Ada the boss was deleted.")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("button", name="Edit Bob")).to_be_focused()
    assert api("GET", f"/users/{ada['email']}").status == 404
    press(page, "Edit Bob")
    api("DELETE", f"/users/{bob['email']}")
    fill(page, name="Robert")
    press(page, "Save")
    expect(dialog.get_by_role("alert").filter(visible=True)).to_contain_text("This user is gone")


def test_pages_show_everyone_once_there_and_back(opens: Opens, people: People, team: str) -> None:
    people(*(f"Person {number:03}" for number in range(102)))
    page = opens(f"#users?role={team}")
    expect(page.get_by_text("1–50 of 102 users")).to_be_visible()
    press(page, "Next")
    expect(page.get_by_text("51–100 of 102 users")).to_be_visible()
    press(page, "Next")
    expect(page.get_by_text("101–102 of 102 users")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_text(["Person 100", "Person 101"])
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
    page.reload()
    press(page, "Previous")
    expect(page.get_by_role("rowheader").first).to_have_text("Person 050")
    page.go_back()
    expect(page.get_by_role("rowheader").first).to_have_text("Person 100")
    # Somebody else's address of a page: the way to it was not walked here.
    other = opens(page.url.partition("/console")[2])
    press(other, "First page")
    expect(other.get_by_role("rowheader").first).to_have_text("Person 000")


def test_heads_sort_and_the_address_keeps_it(opens: Opens, people: People, team: str) -> None:
    people("bob", "Álvaro", "Zoë", "Ada")
    page = opens(f"#users?role={team}")
    name = page.get_by_role("columnheader", name="Name")
    for order, names in (
        ("ascending", ["Ada", "Álvaro", "bob", "Zoë"]),
        ("descending", ["Zoë", "bob", "Álvaro", "Ada"]),
    ):
        name.get_by_role("button").click()
        expect(name).to_have_attribute("aria-sort", order)
        expect(page.get_by_role("rowheader")).to_have_text(names)
    page.reload()
    expect(page.get_by_role("rowheader").first).to_have_text("Zoë")
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_role("combobox", name="Order").select_option("Name, A to Z")
    expect(page.get_by_role("rowheader").first).to_have_text("Ada")


def test_role_filter_suggests_what_there_is(opens: Opens, people: People, team: str) -> None:
    people("Ada")
    page = opens()
    role = page.get_by_role("combobox", name="Role")
    role.focus()
    role.fill(team[:-2])
    expect(page.locator(f"#roles option[value='{team}']")).to_have_count(1)
    role.fill(team)
    expect(page.get_by_role("rowheader")).to_have_text(["Ada"])


def test_export_holds_everyone_of_the_filter_in_the_order_shown(
    opens: Opens, people: People, team: str
) -> None:
    people("=1+1", *(f'Person "{number:03}"' for number in range(101)))
    page = opens(f"#users?role={team}&sort=-name")
    with page.expect_download() as saved:
        press(page, "Export CSV")
    assert saved.value.suggested_filename == "users.csv"
    lines = saved.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("id,name,email,role,created_at")
    assert [line.split(",")[1] for line in lines[1:3]] == ['"Person ""100"""', '"Person ""099"""']
    assert (len(lines), lines[-1].split(",")[1]) == (103, "'=1+1")


def test_several_at_once_are_changed_and_deleted_unless_somebody_else_was_faster(
    opens: Opens, people: People, api: HttpCaller, team: str
) -> None:
    ada, *_ = people("Ada", "Bob", "Cleo")
    page = opens(f"#users?role={team}")
    page.get_by_label("Select all users of this page").check()
    page.get_by_label("Select Cleo").uncheck()
    expect(page.get_by_text("2 users selected")).to_be_visible()
    press(page, "Change role")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_label("Role")).to_have_accessible_description("must not be blank")
    dialog.get_by_label("Role").fill(f"{team}-b")
    api("PATCH", f"/users/{ada['email']}", body={"name": "Ada the boss"})
    dialog.get_by_role("button", name="Change").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("1 user was changed. Not changed")
    expect(dialog).to_contain_text("Ada: somebody else changed this user meanwhile")
    page.keyboard.press("Escape")
    expect(page.get_by_role("rowheader")).to_have_text(["Ada the boss", "Cleo"])
    expect(page.get_by_text("1 user selected")).to_be_visible()
    page.get_by_label("Select Cleo").check()
    page.get_by_role("group", name="Selected users").get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No user matches.")).to_be_visible()
    assert api("GET", f"/users/{ada['email']}").status == 404


def test_search_outlives_reload_and_going_back(opens: Opens, people: People, team: str) -> None:
    people("Ada", "Bob")
    page = opens()
    page.get_by_role("searchbox", name="Search").fill(f"bob {team}")
    for go in (lambda: None, page.reload, leave_and_come_back(page)):
        go()
        expect(page.get_by_role("rowheader")).to_have_text(["Bob"])
        expect(page.get_by_role("searchbox", name="Search")).to_have_value(f"bob {team}")
    page.get_by_role("combobox", name="Role").fill(team[:-1])
    page.keyboard.press("Enter")
    expect(page.get_by_text("The role must be given exactly.")).to_be_visible()
    page.get_by_role("combobox", name="Role").fill("")
    page.get_by_role("searchbox", name="Search").fill("nobody at all")
    expect(page.get_by_text("No user matches.")).to_be_visible()


def leave_and_come_back(page: Page):
    def go() -> None:
        page.get_by_role("link", name="Datasets").click()
        expect(page.get_by_role("heading", name="Datasets", exact=True)).to_be_visible()
        page.go_back()

    return go


def test_names_are_shown_never_run_and_fit_a_small_screen(
    opens: Opens, people: People, team: str
) -> None:
    names = ["<img src=x onerror=alert(1)>", "Zoë 🦄 مرحبا", "\u202eadmin", "W" * 200]
    people(*names)
    page = opens(f"#users?role={team}", width=360)
    shown = [name.replace("\u202e", "⟨U+202E⟩") for name in names]
    expect(page.get_by_role("rowheader")).to_have_text(shown)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name=f"Delete {names[0]}").click()
    expect(page.get_by_role("dialog")).to_contain_text(names[0])


def test_search_without_its_engine_says_what_is_missing(
    opens: Opens, people: People, team: str, suspended: Suspend
) -> None:
    people("Ada 🦄")
    page = opens()
    with suspended("osmem"):
        page.get_by_role("searchbox", name="Search").fill(f"🦄 {team}")
        expect(page.get_by_text("The search engine is away")).to_be_visible()
        expect(page.get_by_role("rowheader")).to_have_text(["Ada 🦄"])


def test_service_that_is_down_is_named_with_the_command_that_starts_it(
    opens: Opens, suspended: Suspend
) -> None:
    page = opens()
    services = page.get_by_role("status", name="Services")
    with suspended("osmem"):
        page.reload()
        expect(services).to_contain_text("The search engine is down")
        expect(services.get_by_text("make start NAME=opensearch", exact=True)).to_be_visible()
    page.reload()
    expect(services.get_by_role("listitem")).to_have_count(0)


def test_database_away_is_said_with_a_way_on(
    opens: Opens, people: People, team: str, suspended: Suspend
) -> None:
    people("Ada")
    page = opens()
    expect(page.get_by_role("rowheader").first).to_be_visible()  # else its failure comes, too
    with suspended("postgres"):
        page.get_by_role("combobox", name="Role").fill(team)
        expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("database")
        expect(page.get_by_role("table")).to_be_hidden()
    lists = asked_for(page, "/users/?")
    # A role that is left unchanged is not asked for again: its answer would take the button away.
    page.get_by_role("combobox", name="Role").blur()
    press(page, "Try again")
    expect(page.get_by_role("rowheader")).to_have_text(["Ada"])
    assert len(lists) == 1
    expect(page.get_by_role("main")).to_be_focused()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_lost_connection_keeps_what_was_typed(opens: Opens, team: str) -> None:
    page = opens()
    press(page, "New user")
    fill(page, name="Ada", email=f"ada@{team}.org", role=team)
    page.route("**/users/", lambda route: route.abort("internetdisconnected"))
    press(page, "Save")
    expect(page.get_by_text("The API does not answer.")).to_be_visible()
    page.unroute("**/users/")
    press(page, "Save")
    expect(page.get_by_text("Ada was added.")).to_be_visible()


def test_token_is_asked_for_and_sent(
    opens: Opens, people: People, team: str, stack: EmbeddedStack
) -> None:
    people("Ada")
    token = stack.run("samulator", "token", "--scope", "users:read").stdout.strip()
    page = opens("#datasets")
    # As API Gateway's authorizer answers; here one lets in whoever sends no token.
    refusal = {"message": "Unauthorized"}
    page.route(
        "**/users/**",
        lambda route: (
            route.continue_()
            if route.request.headers.get("authorization") == f"Bearer {token}"
            else route.fulfill(status=401, json=refusal)
        ),
    )
    page.goto(f"/console#users?role={team}")
    page.get_by_role("dialog", name="Access token").get_by_label("Token").fill(f" {token} ")
    press(page, "Use")
    expect(page.get_by_role("rowheader")).to_have_text(["Ada"])


def test_everything_works_from_the_keyboard(opens: Opens, people: People, team: str) -> None:
    people("Ada")
    page = opens(f"#users?role={team}")
    keys = page.keyboard
    expect(row_of(page, "Ada")).to_be_visible()
    page.get_by_role("button", name="New user").focus()
    keys.press("Enter")
    for text in ("Bob", f"bob@{team}.org", team):
        keys.type(text)
        keys.press("Tab")
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_text("Bob was added.")).to_be_visible()
    expect(page.get_by_role("button", name="New user")).to_be_focused()
    page.get_by_role("button", name="Edit Bob").focus()
    keys.press("Space")
    keys.type("by")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Edit Bobby")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    keys.press("Escape")
    expect(page.get_by_role("button", name="Delete Bobby")).to_be_focused()
