"""What is noted of each request: an id that its answer brings along, and a count by route, method and status."""


async def test_each_answer_has_an_id_of_its_own(browse):
    stranger = await browse()
    ids = [(await stranger.get("/sign-in")).headers["X-Request-Id"] for _ in range(3)]
    assert len({*ids}) == 3


async def test_requests_are_counted_by_route_and_made_up_methods_together(browse):
    stranger = await browse()
    for method in ("GET", "BREW", "BREW-TEA"):
        await stranger.request(method, "/health/live")
    counted = (await stranger.get("/metrics")).text
    assert 'training_requests_total{method="GET",route="/health/live",status="200"}' in counted
    assert 'training_requests_total{method="other",' in counted
    assert "BREW" not in counted
