using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using GpuAls;
using GpuAls.Mpi;
using GpuAls.MpiProbe;

// What tests start by mpirun: opens the group and does what the first argument says.
using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
try
{
    if (MpiLaunch.Detect(Environment.GetEnvironmentVariable) is not { } launch)
    {
        if (args[0] == "load") await SharedLoad.RunAsync(SingleProcess.Instance, args[1], args[2..]);
        else Console.WriteLine("alone");
        return 0;
    }

    using var group = launch.Open(stop.Token);
    if (launch.Rank is { } rank && rank != group.Rank) throw new InvalidOperationException($"{rank} is {group.Rank}");
    switch (args[0])
    {
        case "collectives":
            new Collectives(group, int.Parse(args[1])).Check();
            var hosts = Enumerable.Range(0, group.Size).Select(group.HostOf).Distinct();
            // One write, so that lines of processes do not mix.
            Console.Write($"rank {group.Rank} of {group.Size}, local {group.LocalRank}, on {string.Join(" ", hosts)}, "
                + $"{group.LibraryVersion}\n");
            break;
        case "abort":
            if (group.Rank == group.Size - 1) group.Abort(int.Parse(args[1]));
            group.Meet();
            break;
        case "die":
            if (group.Rank == group.Size - 1) Process.GetCurrentProcess().Kill();
            group.Meet();
            break;
        case "cancel":
            Cancellation.Check(group, stop);
            group.Abort(143);
            break;
        case "large":
            if (args.Length > 1) group.LargestCall = group.LargestPiece = int.Parse(args[1]);
            Large.Check(group);
            break;
        case "load":
            await SharedLoad.RunAsync(group, args[1], args[2..]);
            break;
        case "latency":
            Latency.Measure(group);
            break;
        case "overlap":
            Overlap.Measure(group, args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : null);
            break;
        default:
            group.Meet();
            break;
    }

    return 0;
}
catch (OperationCanceledException)
{
    return 143;
}
catch (GpuAlsException failure)
{
    Console.Error.Write($"{failure.Kind}: {failure.Message}\n");
    return (int)failure.Kind;
}
