"""The class Hub's settings with what a test needs: made-up accounts, free ports, short times."""

import os

c = get_config()  # noqa: F821  JupyterHub puts it here
HERE = os.path.dirname(__file__)
load_subconfig(os.path.join(HERE, "../../lecturekit/hub/jupyterhub_config.py"))  # noqa: F821


def given(name, default=""):
    return os.environ.get(f"CLASS_HUB_{name}", default)


c.JupyterHub.bind_url = f"http://127.0.0.1:{given('PROXY_PORT')}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{given('PROXY_API_PORT')}"
c.JupyterHub.hub_port = int(given("HUB_PORT"))

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "made up for this test"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.path.join(os.getcwd(), "homes", "{username}")
if os.geteuid() == 0:
    c.Spawner.args = [*c.Spawner.args, "--allow-root"]  # a container's usual user

if given("CULL_AFTER"):
    c.JupyterHub.services[0]["command"][-1] = f"--timeout={given('CULL_AFTER')}"
    c.Spawner.environment = {"JUPYTERHUB_ACTIVITY_INTERVAL": "2"}
if given("MEMORY"):
    c.Spawner.mem_limit = given("MEMORY")
if given("MOST"):
    c.JupyterHub.active_server_limit = int(given("MOST"))
