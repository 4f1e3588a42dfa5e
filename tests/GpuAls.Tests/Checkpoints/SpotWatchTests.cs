using System.Globalization;
using System.Net;
using System.Text;
using GpuAls.App;
using GpuAls.Tests.Cli;

namespace GpuAls.Tests.Checkpoints;

/// <summary>Notices of EC2 that a spot instance is taken back, from a metadata service that the test plays.</summary>
public sealed class SpotWatchTests
{
    private const string Notice = """{"action": "terminate", "time": "2026-01-02T03:04:05Z"}""";

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Watch_NoticeAfterAWhile_StopsTheJobAndSaysWhen()
    {
        using var service = new MetadataService(404, 401, 404, 200);
        var told = new Told();
        await using var watch = new SpotWatch(told, default, service.Address, Often);

        await StoppedAsync(watch.Token);

        Assert.That(watch.Notice, Is.EqualTo(new SpotNotice("terminate", "2026-01-02T03:04:05Z")));
        Assert.That(told.Events, Is.EqualTo(new JobEvent[] { new SpotNoticed(watch.Notice!) }));
        Assert.That(service.Tokens, Is.EqualTo(2), "an expired token is renewed");
    }

    [TestCase("no server")]
    [TestCase("server error")]
    [TestCase("not JSON")]
    [TestCase("no time")]
    public async Task Watch_NoService_IsToldOnceAndTheJobGoesOn(string fault)
    {
        var service = fault switch
        {
            "server error" => new MetadataService(500),
            "not JSON" => new MetadataService(200) { Answer = "<html>" },
            "no time" => new MetadataService(200) { Answer = """{"action": "terminate"}""" },
            _ => new MetadataService(404),
        };
        if (fault == "no server") service.Dispose();
        var told = new Told();
        await using (var watch = new SpotWatch(told, default, service.Address, Often))
        {
            await told.FirstAsync();
            await Task.Delay(10 * Often);
            Assert.That(watch.Token.IsCancellationRequested, Is.False);
            Assert.That(watch.Notice, Is.Null);
        }

        service.Dispose();
        Assert.That(told.Events, Has.Count.EqualTo(1).And.All.TypeOf<SpotUnknown>());
        Assert.That(((SpotUnknown)told.Events[0]).Endpoint, Is.EqualTo(service.Address.ToString()));
    }

    [Test]
    public async Task Watch_JobStoppedOtherwise_IsNoNotice()
    {
        using var service = new MetadataService(404);
        using var stop = new CancellationTokenSource();
        await using var watch = new SpotWatch(null, stop.Token, service.Address, Often);

        await stop.CancelAsync();
        await StoppedAsync(watch.Token);

        Assert.That(watch.Notice, Is.Null);
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public async Task Train_SpotNotice_SavesAndExitsAsForSigterm()
    {
        using var folder = new TempFolder();
        // However slow the machine is, the notice comes after an iteration.
        using var service = new MetadataService(200)
        {
            IsQuiet = () => !Directory.Exists(folder.At("ck")) || Directory.GetFiles(folder.At("ck")).Length == 0,
        };
        await Tool.SucceedAsync(
            "sample", "--output", folder.At("plays.csv"), "--users", "4000", "--items", "900", "--plays", "80000");

        var run = await ToolProcess.RunAsync(
            $"{ToolProcess.Command} train {folder.At("plays.csv")} --device cpu --rank 96 --iterations 10000 --quiet "
                + $"--output {folder.At("model")} --checkpoint {folder.At("ck")} --checkpoint-every 1 --spot-notice",
            (SpotWatch.EndpointVariable, service.Address.ToString()), ("DOTNET_PROCESSOR_COUNT", "1"));

        Assert.That(run.ExitCode, Is.EqualTo(143), run.Error);
        Assert.That(
            run.Error,
            Does.Contain("EC2 will terminate this spot instance at 2026-01-02T03:04:05Z; saving and stopping.")
                .And.Contain("of 10000 is saved in")
                .And.Contain("error: stopped: EC2 will terminate this spot instance at 2026-01-02T03:04:05Z."));
        Assert.That(Directory.GetFiles(folder.At("ck")), Is.Not.Empty);
        Assert.That(Directory.Exists(folder.At("model")), Is.False);
    }

    [Test]
    public async Task Train_SpotNoticeWithoutCheckpoints_IsRefused()
    {
        var run = await Tool.RunAsync("train", "plays.csv", "--output", "model", "--spot-notice");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--spot-notice requires --checkpoint DIR"));
    }

    private static async Task StoppedAsync(CancellationToken token)
    {
        var stopped = new TaskCompletionSource();
        await using (token.Register(stopped.SetResult)) await stopped.Task.WaitAsync(Patience, CancellationToken.None);
    }

    /// <summary>The events of a job.</summary>
    private sealed class Told : IProgress<JobEvent>
    {
        private readonly TaskCompletionSource _first = new();

        public List<JobEvent> Events { get; } = [];

        public Task FirstAsync() => _first.Task.WaitAsync(Patience);

        public void Report(JobEvent value)
        {
            Events.Add(value);
            _first.TrySetResult();
        }
    }

    /// <summary>IMDSv2 with an answer for each question, the last one again and again.</summary>
    private sealed class MetadataService : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly int[] _statuses;
        private int _asked;

        public MetadataService(params int[] statuses)
        {
            _statuses = statuses;
            Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}/"));
            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _ = Task.Run(ServeAsync);
        }

        public Uri Address { get; }

        public string Answer { get; init; } = Notice;

        /// <summary>Whether there is no notice yet.</summary>
        public Func<bool> IsQuiet { get; init; } = () => false;

        public int Tokens { get; private set; }

        public void Dispose() => _listener.Close();

        private static int FreePort()
        {
            using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            return ((IPEndPoint)socket.LocalEndpoint).Port;
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                var (status, body) = Respond(context.Request);
                context.Response.StatusCode = status;
                context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
            }
        }

        private (int Status, string Body) Respond(HttpListenerRequest request)
        {
            if (request is { HttpMethod: "PUT", Url.AbsolutePath: "/latest/api/token" })
                return request.Headers["X-aws-ec2-metadata-token-ttl-seconds"] is null
                    ? (400, "") : (200, $"token {++Tokens}");
            if (request is not { HttpMethod: "GET", Url.AbsolutePath: "/latest/meta-data/spot/instance-action" })
                return (400, "");
            if (request.Headers["X-aws-ec2-metadata-token"] != $"token {Tokens}") return (401, "");
            if (IsQuiet()) return (404, "");
            return (_statuses[Math.Min(_asked++, _statuses.Length - 1)], Answer);
        }
    }
}
