from flask import Blueprint

blueprint = Blueprint("survey", __name__)
