"""The campus's own pages: sign in, the unit that learners open, the author's pages, and the gradebook."""

from campus.course import BLOCK, block
from campus.gradebook import ANSWERS, FIRST, PUBLISHED
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from lti_consumer import api
from lti_consumer.models import LtiAgsScore, LtiDlContentItem


def sign_in(request, username):
    """Signs a person in."""
    login(request, User.objects.get(username=username))
    return HttpResponse("Signed in.")


def unit(request):
    """Sends the browser where the real block sends it: to the tool's login."""
    return HttpResponseRedirect(block(request.user)._get_lti_block_launch_handler())


def studio(request):
    """Sends an author to the tool, to choose what the block opens."""
    return HttpResponseRedirect(
        api.get_lti_1p3_launch_info(block(request.user).get_lti_1p3_launch_data())["deep_linking_launch_url"]
    )


def settings_page(request):
    """Shows what an author copies into the tool."""
    told = block(User.objects.get(username="tess")).get_lti_1p3_launch_data()
    return JsonResponse(api.get_lti_1p3_launch_info(told))


def gradebook(request):
    """Shows the scores held, the answers given, the grades published, and the activities placed."""
    held = LtiAgsScore.objects.values(
        "user_id", "score_given", "score_maximum", "comment", "activity_progress", "grading_progress", "timestamp"
    )
    placed = LtiDlContentItem.objects.values("content_type", "attributes")
    return JsonResponse(
        {"block": str(BLOCK), "scores": list(held), "answers": ANSWERS, "published": PUBLISHED, "placed": list(placed)}
    )


@csrf_exempt
def twin(request):
    """Orders a score that arrives just before the next one, with the same time stamp."""
    FIRST.append(request.POST["comment"])
    return HttpResponse("It will come.")
