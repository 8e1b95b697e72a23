# Every target sets itself up; when nothing has changed that takes a twentieth of a second.
# Without make, and on Windows: python bootstrap.py, then .venv\Scripts\lecturekit lab
PYTHON ?= python3
LECTUREKIT := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/lecturekit,.venv/bin/lecturekit)

.PHONY: help setup ready lab lecture site homework hub test newest bench check clean
help:            ## this list
	@sed -n 's/^\([a-z]*\): .*## /make \1\t/p' Makefile | expand -t 16

setup:           ## make or update .venv (PYTHON=python3.12 chooses another Python)
	@$(PYTHON) bootstrap.py

ready:
	@$(PYTHON) bootstrap.py --quiet

lab: ready       ## open JupyterLab on the lecture
	@$(LECTUREKIT) lab $(ARGS)

lecture: ready   ## execute the notebooks whole (ARGS="06 -p seeds=3" chooses)
	@$(LECTUREKIT) run $(ARGS)

site: ready      ## write build/site: pages and slides that need no kernel and no network
	@$(LECTUREKIT) site $(ARGS)

homework: ready  ## the students' versions (ARGS="grade h1 FOLDER" grades; see the README)
	@$(LECTUREKIT) homework $(or $(ARGS),release)

hub: ready       ## install a JupyterHub for the class and try it with ten users (for_hubs.md)
	@$(dir $(LECTUREKIT))python -m lecturekit.hub try $(ARGS)

test: ready      ## run all tests (ARGS go to pytest)
	@$(LECTUREKIT) test $(ARGS)

newest: ready    ## run the fast tests with the newest packages, see what breaks (ARGS=tests: all)
	@$(LECTUREKIT) newest $(ARGS)

bench: ready     ## measure how fast things are (ARGS="kernels start" chooses; ARGS=all: slow ones too)
	@$(LECTUREKIT) bench $(ARGS)

check: ready     ## look for slips in the notebooks
	@$(LECTUREKIT) check

clean: ready     ## remove outputs from the notebooks
	@$(LECTUREKIT) clean
