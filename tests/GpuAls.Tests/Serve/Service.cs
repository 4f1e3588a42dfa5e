using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GpuAls.App;
using GpuAls.Serve;
using Microsoft.AspNetCore.Builder;

namespace GpuAls.Tests.Serve;

/// <summary>A server in this process on a free port of 127.0.0.1, and a client of it.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly ConcurrentQueue<JobEvent> _events;

    private Service(ServeHost host, ModelSource models, ServeMetrics metrics, ConcurrentQueue<JobEvent> events)
    {
        (Host, Models, Metrics, _events) = (host, models, metrics, events);
        Client = new HttpClient { BaseAddress = host.Address };
    }

    public ServeHost Host { get; }

    public ModelSource Models { get; }

    public ServeMetrics Metrics { get; }

    public HttpClient Client { get; }

    /// <summary>What the log would have.</summary>
    public IReadOnlyList<JobEvent> Events => [.. _events];

    public static async Task<Service> StartAsync(
        string model,
        Func<ServeJobOptions, ServeJobOptions>? change = null,
        Action<JobEvent>? told = null,
        bool explores = false)
    {
        var options = new ServeJobOptions { Model = model, Port = 0 };
        options = change?.Invoke(options) ?? options;
        var (metrics, events) = (new ServeMetrics(), new ConcurrentQueue<JobEvent>());
        var progress = new Relay<JobEvent>(value =>
        {
            events.Enqueue(value);
            told?.Invoke(value);
        });
        var models = await ModelSource.OpenAsync(options, metrics, progress, default);
        var host = await ServeHost.StartAsync(options, models, metrics, progress, More, default);
        return new Service(host, models, metrics, events);

        void More(WebApplication app)
        {
            if (!explores) return;
            using var lease = models.Lease();
            new ExploreEndpoints(lease.Served, options).Map(app);
        }
    }

    public async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await Client.GetAsync(path));

    public Task<Answer> PostAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(json), "application/json");

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, byte[]? body = null, string? contentType = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new ByteArrayContent(body);
        if (contentType is not null) request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Answer.OfAsync(await Client.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync();
        await Host.DisposeAsync();
        Models.Dispose();
    }
}

/// <summary>An answer.</summary>
internal sealed record Answer(HttpStatusCode Status, string Type, string Body, HttpResponseHeaders Headers)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The items of a list and their scores.</summary>
    public (string Item, float Score)[] Items =>
    [
        .. Json["items"]!.AsArray().Select(item => ((string)item!["item"]!, (float)item["score"]!)),
    ];

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        using var disposed = response;
        return new Answer(
            response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "",
            await response.Content.ReadAsStringAsync(), response.Headers);
    }

    /// <summary>Expects an error as RFC 9457 has it, with what was found, what was expected and what to do.</summary>
    public void AssertProblem(HttpStatusCode status, string found)
    {
        Assert.That(Status, Is.EqualTo(status), Body);
        Assert.That(Type, Is.EqualTo("application/problem+json"));
        Assert.That((int)Json["status"]!, Is.EqualTo((int)status));
        Assert.That((string?)Json["found"], Does.Contain(found));
        Assert.That((string?)Json["expected"], Is.Not.Empty);
        Assert.That((string?)Json["remedy"], Is.Not.Empty);
        Assert.That(Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
    }
}
