namespace GpuAls.Tests.Mpi;

/// <summary>
/// Two machines with a cable between them: network namespaces with host names of their own. mpirun runs on the first
/// and reaches the second by a script in the role of ssh; messages go by TCP.
/// </summary>
[Platform("Linux")]
[NonParallelizable]
public sealed class MpiNetworkTests
{
    private const string FirstAddress = "10.77.0.1";
    private const string SecondAddress = "10.77.0.2";

    private readonly string _first = $"gpuals-a-{Environment.ProcessId}";
    private readonly string _second = $"gpuals-b-{Environment.ProcessId}";
    private readonly TempFolder _folder = new();

    [OneTimeSetUp]
    public async Task Connect()
    {
        MpiRun.RequireInstalled("ip");
        foreach (var command in new[]
        {
            $"ip netns add {_first}",
            $"ip netns add {_second}",
            $"ip link add eth0 netns {_first} type veth peer name eth0 netns {_second}",
            $"ip -n {_first} address add {FirstAddress}/24 dev eth0",
            $"ip -n {_second} address add {SecondAddress}/24 dev eth0",
            $"ip -n {_first} link set eth0 up",
            $"ip -n {_second} link set eth0 up",
            $"ip -n {_first} link set lo up",
            $"ip -n {_second} link set lo up",
            $"ip netns exec {_first} unshare --uts true",
        })
        {
            var run = await MpiRun.Run(command.Split(' '));
            if (run.ExitCode != 0) Assert.Ignore($"no network namespaces here: {command}: {run.Error}");
        }

        // A new link takes a second to come up; UCX looks at it once.
        var isUp = $"until ip -n {_first} link show eth0 | grep -q 'state UP'; do sleep 0.1; done";
        await MpiRun.Run(["timeout", "20", "sh", "-c", isUp]);

        // Options of ssh, the machine, then the command, of which a shell there takes off the quotes.
        File.WriteAllText(
            _folder.At("ssh"),
            "#!/bin/sh\nwhile [ \"${1#-}\" != \"$1\" ]; do shift; done\nshift\n"
            + $"exec ip netns exec {_second} unshare --uts sh -c 'hostname second; exec sh -c \"$*\"' sh \"$@\"\n");
        await MpiRun.Run(["chmod", "+x", _folder.At("ssh")]);
    }

    [OneTimeTearDown]
    public async Task Disconnect()
    {
        await MpiRun.Run(["ip", "netns", "delete", _first]);
        await MpiRun.Run(["ip", "netns", "delete", _second]);
        _folder.Dispose();
    }

    [TestCase(MpiRun.OpenMpi)]
    [TestCase(MpiRun.Mpich)]
    public async Task Collectives_BetweenMachines_GoByTheNetwork(string launcher)
    {
        var before = await BytesReceived();

        var run = await Probe(launcher, "collectives", "7");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Lines, Has.Length.EqualTo(2));
        // Each is the first of its machine, and all know the names of both.
        Assert.That(run.Lines[0], Does.StartWith("rank 0 of 2, local 0, on first second"));
        Assert.That(run.Lines[1], Does.StartWith("rank 1 of 2, local 0, on first second"));
        Assert.That(await BytesReceived() - before, Is.GreaterThan(500_000));
    }

    [TestCase(MpiRun.OpenMpi)]
    [TestCase(MpiRun.Mpich)]
    public async Task Death_OnTheOtherMachine_EndsAll(string launcher) => MustHaveEnded(await Probe(launcher, "die"));

    [TestCase(MpiRun.OpenMpi)]
    [TestCase(MpiRun.Mpich)]
    public async Task Abort_OnTheOtherMachine_EndsAll(string launcher)
    {
        var run = await Probe(launcher, "abort", "5");

        MustHaveEnded(run);
        Assert.That(run.ExitCode, Is.EqualTo(5), run.Error);
    }

    [TestCase(MpiRun.OpenMpi)]
    [TestCase(MpiRun.Mpich)]
    public async Task Stop_OnOneMachineOnly_EndsAll(string launcher) =>
        MustHaveEnded(await Probe(launcher, "cancel"));

    private static void MustHaveEnded(MpiRun run)
    {
        Assert.That(run.ExitCode, Is.Not.Zero, run.Error);
        Assert.That(run.Time, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    private Task<MpiRun> Probe(string launcher, params string[] arguments)
    {
        MpiRun.RequireInstalled(launcher);
        string[] options = launcher == MpiRun.OpenMpi
            ?
            [
                "--allow-run-as-root", "--host", $"{FirstAddress}:1,{SecondAddress}:1",
                "--mca", "plm_rsh_agent", _folder.At("ssh"), "--mca", "btl", "tcp,self",
            ]
            :
            [
                "-localhost", FirstAddress, "-hosts", $"{FirstAddress},{SecondAddress}",
                "-launcher", "ssh", "-launcher-exec", _folder.At("ssh"),
            ];
        // UCX sees that both are one machine, and would go by shared memory.
        return MpiRun.Run(
            [
                "ip", "netns", "exec", _first, "unshare", "--uts", "sh", "-c", "hostname first; exec \"$@\"", "sh",
                launcher, "-n", "2", .. options, .. MpiRun.ProbeCommand, .. arguments,
            ],
            ("UCX_TLS", "tcp,self"));
    }

    private async Task<long> BytesReceived()
    {
        var run = await MpiRun.Run(
            ["ip", "netns", "exec", _first, "cat", "/sys/class/net/eth0/statistics/rx_bytes"]);
        return long.Parse(run.Output);
    }
}
