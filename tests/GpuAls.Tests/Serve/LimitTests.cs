using System.Net;
using System.Net.Sockets;
using System.Text;
using GpuAls.App;
using GpuAls.Tests.Cli.Operations;

namespace GpuAls.Tests.Serve;

/// <summary>How much, how long, how many at a time; and what is counted.</summary>
public sealed class LimitTests : ServeFixture
{
    [Test]
    public async Task Body_TooLarge_IsRefused()
    {
        await using var service = await Service.StartAsync(
            ModelFolder, options => options with { MaxBodyBytes = 1000 });
        var exclude = $"[{string.Join(',', Enumerable.Repeat("\"unheard\"", 200))}]";

        var answer = await service.PostAsync("/recommend", $$"""{ "user": "a", "exclude": {{exclude}} }""");

        answer.AssertProblem(HttpStatusCode.RequestEntityTooLarge, "the body is too large");
        Assert.That((string?)answer.Json["expected"], Is.EqualTo("1 kB or less"));
    }

    [Test]
    public async Task Body_ThatDoesNotCome_IsRefused()
    {
        await using var service = await Service.StartAsync(
            ModelFolder, options => options with { Timeout = TimeSpan.FromSeconds(0.2) });
        using var stalled = await StalledRequest.StartAsync(service);

        var answer = await stalled.AnswerAsync();

        Assert.That(answer, Does.StartWith("HTTP/1.1 408 ").And.Contain("the body did not come in time"));
    }

    [Test]
    public async Task Requests_TooMany_AreToldToTryAgain()
    {
        await using var service = await Service.StartAsync(ModelFolder, options => options with { MaxRequests = 2 });
        using var one = await StalledRequest.StartAsync(service);
        using var other = await StalledRequest.StartAsync(service);
        while (service.Metrics.UnderWay < 2) await Task.Delay(5);

        var refused = await service.GetAsync($"/recommend?user={Uri.EscapeDataString(Model.Users.Format(0))}");
        var health = await service.GetAsync("/health");
        await one.FinishAsync();
        var answer = await one.AnswerAsync();
        while (service.Metrics.UnderWay > 1) await Task.Delay(5);
        var later = await service.GetAsync($"/recommend?user={Uri.EscapeDataString(Model.Users.Format(0))}");

        refused.AssertProblem(HttpStatusCode.ServiceUnavailable, "more than 2 requests are under way");
        Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(health.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer, Does.StartWith("HTTP/1.1 404 ").And.Contain("the model has no user "));
        Assert.That(later.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Stop_AnswersRequestsUnderWay_AndNoOthers()
    {
        var service = await Service.StartAsync(ModelFolder);
        await service.GetAsync("/health/live");
        using var stalled = await StalledRequest.StartAsync(service);
        while (service.Metrics.UnderWay < 1) await Task.Delay(5);

        var stopped = service.Host.StopAsync();
        await UntilRefusedAsync(service.Host.Address);
        var wasStopped = stopped.IsCompleted;
        await stalled.FinishAsync();
        var answer = await stalled.AnswerAsync();
        await stopped;
        await service.DisposeAsync();

        Assert.That(wasStopped, Is.False, "it waits");
        Assert.That(answer, Does.StartWith("HTTP/1.1 404 ").And.Contain("the model has no user "));
        Assert.That(service.Events.OfType<ServerStopped>().First(), Is.EqualTo(new ServerStopped(2, 0)));
    }

    [Test]
    public async Task Metrics_CountRequestsByEndpointAndStatus()
    {
        await using var service = await Service.StartAsync(ModelFolder);
        var user = Uri.EscapeDataString(Model.Users.Format(0));
        for (var i = 0; i < 3; i++) await service.GetAsync($"/recommend?user={user}");
        await service.GetAsync("/recommend?user=nobody");
        await service.GetAsync("/secret/../%3Cscript%3E");
        await service.GetAsync($"/similar?user={user}");

        var answer = await service.GetAsync("/metrics");

        Assert.That(answer.Type, Is.EqualTo("text/plain"));
        var samples = PrometheusText.Parse(answer.Body).ToDictionary(sample => sample.Name + (sample.Labels.Count > 0
            ? $"{{{string.Join(',', sample.Labels.Select(label => $"{label.Key}=\"{label.Value}\""))}}}"
            : ""), sample => sample.Value);
        Assert.That(samples["gpuals_serve_requests_total{endpoint=\"/recommend\",status=\"200\"}"], Is.EqualTo(3));
        Assert.That(samples["gpuals_serve_requests_total{endpoint=\"/recommend\",status=\"404\"}"], Is.EqualTo(1));
        Assert.That(samples["gpuals_serve_requests_total{endpoint=\"none\",status=\"404\"}"], Is.EqualTo(1));
        Assert.That(samples["gpuals_serve_request_duration_seconds_count{endpoint=\"/recommend\"}"], Is.EqualTo(4));
        Assert.That(
            samples["gpuals_serve_request_duration_seconds_bucket{endpoint=\"/recommend\",le=\"+Inf\"}"],
            Is.EqualTo(4));
        Assert.That(samples["gpuals_serve_batch_lists_count"], Is.EqualTo(5), "one made the model ready");
        Assert.That(samples["gpuals_serve_requests_in_progress"], Is.EqualTo(1), "the one for the metrics");
        Assert.That(samples["gpuals_serve_model_info{version=\"model\"}"], Is.EqualTo(1));
        Assert.That(samples["gpuals_serve_model_items"], Is.EqualTo(50));
        Assert.That(samples["gpuals_serve_model_swaps_total"], Is.Zero);
        Assert.That(answer.Body, Does.Not.Contain("script"));
    }

    private static async Task UntilRefusedAsync(Uri address)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(address.Host, address.Port);
                await Task.Delay(5);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    /// <summary>A request whose body has begun and does not go on.</summary>
    private sealed class StalledRequest(TcpClient client) : IDisposable
    {
        private const string Body = """{ "user": "a" }""";

        public static async Task<StalledRequest> StartAsync(Service service)
        {
            var client = new TcpClient();
            await client.ConnectAsync(service.Host.Address.Host, service.Host.Address.Port);
            var head = $"POST /recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body[..5]}";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            return new StalledRequest(client);
        }

        public async Task FinishAsync() => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Body[5..]));

        /// <summary>The answer, up to its last chunk; the connection may stay open.</summary>
        public async Task<string> AnswerAsync()
        {
            var (answer, bytes) = (new StringBuilder(), new byte[1024]);
            while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await client.GetStream().ReadAsync(bytes);
                Assert.That(read, Is.Positive, answer.ToString());
                answer.Append(Encoding.UTF8.GetString(bytes, 0, read));
            }

            return answer.ToString();
        }

        public void Dispose() => client.Dispose();
    }
}
