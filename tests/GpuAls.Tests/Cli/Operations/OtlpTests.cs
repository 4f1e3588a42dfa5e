using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GpuAls.App;
using GpuAls.Cli;

namespace GpuAls.Tests.Cli.Operations;

/// <summary>What a collector of OpenTelemetry gets of a run, and that a run never depends on one.</summary>
public sealed class OtlpTests
{
    private const string Password = "hunter2hunter2";

    private TempFolder _folder = null!;
    private string _plays = null!;

    [SetUp]
    public void MakePlays()
    {
        _folder = new TempFolder();
        _plays = _folder.At("plays.csv");
        File.WriteAllText(
            _plays,
            "user,item,plays\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"u{i / 10},i{i * 7 % 23},1\n"))
            + "u1,i2,0\n");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Train_Done_IsATraceWithASpanForEachPhaseAndIteration(bool isGrpc)
    {
        await using var receiver = await OtlpReceiver.StartAsync(isGrpc);
        var run = await RunAsync(
            Train, ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", isGrpc ? "grpc" : "http/protobuf"));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Not.Contain("telemetry"));
        var spans = receiver.Spans;
        var root = spans.Single(span => span.Name == "gpuals train");
        var phases = spans.Where(span => span.ParentId == root.Id).OrderBy(span => span.Start).ToArray();
        Assert.That(root.ParentId, Is.Empty);
        Assert.That(spans.Select(span => span.TraceId), Is.All.EqualTo(root.TraceId).And.Length.EqualTo(32));
        Assert.That(
            phases.Select(span => span.Name),
            Is.EqualTo(new[] { "read", "build_matrices", "train", "write_model", "recommend", "publish" }));
        var iterations = spans.Where(span => span.ParentId == phases[2].Id).OrderBy(span => span.Start).ToArray();
        Assert.That(iterations.Select(span => span.Name), Is.EqualTo(new[] { "iteration", "iteration", "iteration" }));
        Assert.That(
            iterations.Select(span => span.Attributes["gpuals.iteration"]), Is.EqualTo(new object[] { 1L, 2L, 3L }));
        Assert.That(iterations.Select(span => (double)span.Attributes["gpuals.loss"]), Is.All.GreaterThan(0));
        Assert.That(spans, Has.Count.EqualTo(10));
        foreach (var (inner, outer) in phases.Select(phase => (phase, root))
            .Concat(iterations.Select(iteration => (iteration, phases[2]))))
        {
            Assert.That(inner.End, Is.GreaterThanOrEqualTo(inner.Start));
            Assert.That(inner.Start, Is.GreaterThanOrEqualTo(outer.Start));
            Assert.That(inner.End, Is.LessThanOrEqualTo(outer.End));
        }

        Assert.That(root.Status, Is.EqualTo(1), "ok");
        Assert.That(root.Events, Is.EqualTo(new[] { "zero_weights" }));
        Assert.That(root.Attributes["gpuals.exit_code"], Is.Zero);
        Assert.That((root.Attributes["gpuals.rows_read"], root.Attributes["gpuals.users"]), Is.EqualTo((201.0, 20.0)));
    }

    [Test]
    public async Task Train_Done_HasTheMetricsOfItsSummary()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var file = _folder.At("run.prom");
        await RunAsync($"{Train} --metrics-file '{file}'", ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Endpoint + "/"));

        var points = receiver.Points;
        Assert.That(receiver.Requests.Select(request => request.Path).Distinct(),
            Is.EquivalentTo(new[] { "/v1/traces", "/v1/metrics" }));
        var samples = PrometheusText.Parse(File.ReadAllText(file))
            .Where(sample => SummaryFacts.All.Any(fact => sample.Name == $"gpuals_{fact.Name}")).ToArray();
        Assert.That(samples, Has.Length.GreaterThan(15));
        foreach (var sample in samples)
        {
            var point = points.Single(point =>
                PrometheusName(point) == sample.Name
                && point.Attributes.OrderBy(pair => pair.Key).Select(pair => (pair.Key, (string)pair.Value))
                    .SequenceEqual(sample.Labels.Where(label => label.Key != "file").OrderBy(pair => pair.Key)
                        .Select(pair => (pair.Key, pair.Value))));
            Assert.That(point.Value, Is.EqualTo(sample.Value), sample.Name);
        }

        Assert.That(points.Single(point => point.Name == "gpuals.last_run_success").Value, Is.EqualTo(1));
    }

    /// <summary>How collectors name a gauge for Prometheus: the unit comes back to its end.</summary>
    private static string PrometheusName(OtlpPoint point) => point.Name.Replace('.', '_')
        + point.Unit switch { "By" => "_bytes", "s" => "_seconds", _ => "" };

    [Test]
    public async Task Train_Failed_HasTheErrorInTheTrace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var run = await RunAsync(
            Train.Replace("--weight-column plays", "--weight-column nothing"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Endpoint));

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(receiver.Spans.Select(span => span.Name), Is.EquivalentTo(new[] { "gpuals train", "unfinished" }));
        Assert.That(receiver.Spans.Select(span => span.Status), Is.All.EqualTo(2), "error");
        Assert.That(receiver.Points.Single(point => point.Name == "gpuals.last_run_exit_code").Value, Is.EqualTo(3));
    }

    [Test]
    public async Task Variables_OfOneSignal_GoBeforeThoseOfAll()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(
            Train,
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{receiver.Endpoint}/own/traces"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=all"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", $"x-team=own,authorization=Bearer%20{Password}"),
            ("OTEL_SERVICE_NAME", "night"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test,service.namespace=shop"));

        Assert.That(receiver.Requests.Select(request => request.Path), Is.All.EqualTo("/own/traces"), "no metrics");
        Assert.That(receiver.Requests[0].Headers["x-team"], Is.EqualTo("own"));
        Assert.That(receiver.Requests[0].Headers["Authorization"], Is.EqualTo($"Bearer {Password}"));
        Assert.That(receiver.Resources[0]["service.name"], Is.EqualTo("night"));
        Assert.That(receiver.Resources[0]["service.namespace"], Is.EqualTo("shop"));
        Assert.That(receiver.Resources[0]["deployment.environment"], Is.EqualTo("test"));
    }

    [Test]
    public async Task Resource_WithoutVariables_IsGpuals()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(Train, ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Endpoint));

        Assert.That(receiver.Resources, Is.Not.Empty);
        foreach (var resource in receiver.Resources)
            Assert.That(
                (resource["service.name"], resource["service.version"]), Is.EqualTo(("gpuals", ProductVersion.Text)));
    }

    [TestCase("OTEL_SDK_DISABLED", "true")]
    [TestCase("OTEL_TRACES_EXPORTER", "none")]
    public async Task Variables_ThatTurnItOff_AreHeeded(string name, string value)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await RunAsync(
            Train, ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Endpoint), (name, value),
            ("OTEL_METRICS_EXPORTER", "none"));

        Assert.That(receiver.Requests, Is.Empty);
    }

    /// <summary>At most the end of a run waits, and for three seconds.</summary>
    [TestCase("closed")]
    [TestCase("silent")]
    [TestCase("refusing")]
    public async Task Collector_ThatFails_IsOneWarningAndNoDelay(string kind)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        receiver.Status = 401;
        var endpoint = kind switch
        {
            "closed" => "http://127.0.0.1:1",
            "silent" => $"http://{silent.LocalEndpoint}",
            _ => receiver.Endpoint,
        };
        var clock = Stopwatch.StartNew();
        await RunAsync(Train);
        var usual = clock.Elapsed;

        clock.Restart();
        var run = await RunAsync(
            Train,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.Replace("http://", $"http://user:{Password}@")),
            ("OTEL_EXPORTER_OTLP_HEADERS", $"authorization=Bearer {Password}"));
        var elapsed = clock.Elapsed;

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            run.Error.Split('\n').Count(line => line.StartsWith("warning: telemetry could not be sent to http://127.")),
            Is.EqualTo(1), run.Error);
        Assert.That(run.Error, Does.Not.Contain(Password));
        Assert.That(elapsed, Is.LessThan((2 * usual) + TimeSpan.FromSeconds(kind == "silent" ? 6 : 3)));
    }

    [TestCase("collector:4318", null, "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL")]
    [TestCase(
        "http://collector", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'; expected http/protobuf or grpc")]
    public async Task Variables_ThatAreWrong_AreAWarning(string endpoint, string? protocol, string warning)
    {
        var run = await RunAsync(
            Train, ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol ?? ""));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain($"warning: {warning}"));
    }

    [Test]
    public async Task Headers_ThatAreMalformed_AreAWarning()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var run = await RunAsync(
            Train, ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Endpoint), ("OTEL_EXPORTER_OTLP_HEADERS", Password));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("warning: telemetry").And.Not.Contain(Password));
    }

    [Test]
    public void Settings_GrpcEndpoint_HasNoPath()
    {
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4317",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "grpc",
        };
        var settings = OtlpSettings.Read(variables.GetValueOrDefault);

        Assert.That(settings.Traces!.Endpoint, Is.EqualTo(new Uri("http://collector:4317")));
        Assert.That(settings.Metrics!.Endpoint, Is.EqualTo(new Uri("http://collector:4317/v1/metrics")));
    }

    private string Train =>
        $"train '{_plays}' --weight-column plays --device cpu --rank 2 --iterations 3 --loss --output "
        + $"'{_folder.At("model")}' --overwrite";

    private static Task<ToolRun> RunAsync(string command, params (string Name, string Value)[] environment) =>
        ToolProcess.RunAsync($"{ToolProcess.Command} {command}", environment);
}
