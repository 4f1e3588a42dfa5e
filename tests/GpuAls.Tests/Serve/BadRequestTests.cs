using System.Net;
using System.Text;

namespace GpuAls.Tests.Serve;

/// <summary>What is wrong with a request is said, and nothing else happens.</summary>
public sealed class BadRequestTests : ServeFixture
{
    [TestCase("/recommend", 400, "user is missing")]
    [TestCase("/recommend?user=", 400, "user is empty")]
    [TestCase("/recommend?user=a&user=b", 400, "user is given 2 times")]
    [TestCase("/recommend?user=a&top=5", 400, "the query has the parameter 'top'")]
    [TestCase("/recommend?user=a&k=0", 400, "k is 0")]
    [TestCase("/recommend?user=a&k=-3", 400, "k is -3")]
    [TestCase("/recommend?user=a&k=101", 400, "k is 101")]
    [TestCase("/recommend?user=a&k=99999999999", 400, "k is '99999999999'")]
    [TestCase("/recommend?user=a&k=ten", 400, "k is 'ten'")]
    [TestCase("/recommend?user=a&include_played=yes", 400, "include_played is 'yes'")]
    [TestCase("/recommend?user=nobody", 404, "the model has no user 'nobody'")]
    [TestCase("/recommend?user=../../etc/passwd", 404, "the model has no user '../../etc/passwd'")]
    [TestCase("/recommend?user=%3Cscript%3Ealert(1)%3C/script%3E", 404, "the model has no user '<script>")]
    [TestCase("/recommend?user=%00%0d%0aX:%201%1b[31m", 404, @"no user '\u0000\u000d\u000aX: 1\u001b[31m'")]
    [TestCase("/recommend?user=%ff%fe", 404, "the model has no user '")]
    [TestCase("/", 404, "there is nothing at '/'")]
    [TestCase("/recommend/../../etc/passwd", 404, "there is nothing at '/etc/passwd'")]
    [TestCase("/Recommended", 404, "there is nothing at '/Recommended'")]
    public async Task Get_Bad_IsRefused(string path, int status, string found)
    {
        var answer = await Service.GetAsync(path);

        answer.AssertProblem((HttpStatusCode)status, found);
        Assert.That(answer.Body, Does.Not.Contain("<"), "nothing that a page would take for markup");
    }

    [TestCase("", "the body is not what is expected at line 1")]
    [TestCase("{", "the body is not what is expected at line 1")]
    [TestCase("null", "the body is null")]
    [TestCase("[]", "the body is not what is expected")]
    [TestCase("{}", "the body has neither user nor plays")]
    [TestCase("""{ "user": null }""", "the body has neither user nor plays")]
    [TestCase("""{ "user": true }""", "the body is not what is expected at $.user, line 1")]
    [TestCase("""{ "user": ["a"] }""", "the body is not what is expected at $.user")]
    [TestCase("""{ "usr": "a" }""", "'usr'")]
    [TestCase("""{ "user": "a", "user": "b" }""", "uplicate")]
    [TestCase("""{ "user": "a", "k": 0 }""", "k is 0")]
    [TestCase("""{ "user": "a", "k": 101 }""", "k is 101")]
    [TestCase("""{ "user": "a", "k": 1.5 }""", "the body is not what is expected at $.k")]
    [TestCase("""{ "user": "a", "k": "5" }""", "the body is not what is expected at $.k")]
    [TestCase("""{ "user": "a", "exclude": "b" }""", "the body is not what is expected at $.exclude")]
    [TestCase("""{ "user": "a", "exclude": [["b"]] }""", "the body is not what is expected at $.exclude")]
    public async Task Post_Bad_IsRefused(string body, string found) =>
        (await Service.PostAsync("/recommend", body)).AssertProblem(HttpStatusCode.BadRequest, found);

    [Test]
    public async Task Post_DeeplyNested_IsRefused() =>
        (await Service.PostAsync("/recommend", "{\"user\":" + new string('[', 100_000)))
            .AssertProblem(HttpStatusCode.BadRequest, "the body is not what is expected");

    [Test]
    public async Task Post_OtherThanJson_IsRefused()
    {
        var text = await Service.SendAsync(
            HttpMethod.Post, "/recommend", Encoding.UTF8.GetBytes("""{"user":"a"}"""), "text/plain");
        var none = await Service.SendAsync(HttpMethod.Post, "/recommend");

        text.AssertProblem(HttpStatusCode.UnsupportedMediaType, "the body is 'text/plain'");
        none.AssertProblem(HttpStatusCode.UnsupportedMediaType, "the body has no Content-Type");
    }

    [Test]
    public async Task OtherMethods_AreRefused()
    {
        var answer = await Service.SendAsync(HttpMethod.Delete, "/recommend");

        answer.AssertProblem(HttpStatusCode.MethodNotAllowed, "the method is 'DELETE'");
        Assert.That((string?)answer.Json["expected"], Is.EqualTo("GET, POST"));
    }

    /// <summary>A page that made a name of its own point to 127.0.0.1 sends that name.</summary>
    [TestCase("evil.example")]
    [TestCase("evil.example:80")]
    [TestCase("127.0.0.1.evil.example")]
    [TestCase("0.0.0.0")]
    public async Task Host_OfAnotherMachine_IsRefused(string host)
    {
        var answer = await Service.SendAsync(HttpMethod.Get, "/health", null, null, ("Host", host));

        answer.AssertProblem(HttpStatusCode.MisdirectedRequest, "the request is for the host");
    }

    [TestCase("localhost")]
    [TestCase("LOCALHOST:1234")]
    [TestCase("127.0.0.1:80")]
    [TestCase("[::1]:80")]
    public async Task Host_OfThisMachine_IsServed(string host)
    {
        var answer = await Service.SendAsync(HttpMethod.Get, "/health", null, null, ("Host", host));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Origin_OfAnotherSite_IsRefused()
    {
        var own = Service.Host.Address.GetLeftPart(UriPartial.Authority);

        var other = await Service.SendAsync(
            HttpMethod.Get, "/health", null, null, ("Origin", "http://evil.example"));
        var hidden = await Service.SendAsync(HttpMethod.Get, "/health", null, null, ("Origin", "null"));
        var same = await Service.SendAsync(HttpMethod.Get, "/health", null, null, ("Origin", own));

        other.AssertProblem(HttpStatusCode.Forbidden, "'http://evil.example'");
        hidden.AssertProblem(HttpStatusCode.Forbidden, "'null'");
        Assert.That(same.Status, Is.EqualTo(HttpStatusCode.OK));
    }
}
