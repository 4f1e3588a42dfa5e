using CsCheck;

namespace GpuAls.Tests.Evaluation;

public sealed class WorkProgressTests
{
    [Test]
    public void Add_OnAnyThreads_TellsRisingHundredthsUpToAll()
    {
        Gen.Select(Gen.Int[0, 50].Array[1, 400], Gen.Int[1, 4]).Sample((parts, threads) =>
        {
            var told = new Told();
            var progress = new WorkProgress(parts.Sum(part => (long)part), told);

            Parallel.ForEach(
                parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => progress.Add(part));

            Assert.That(told.Shares, Is.Ordered.Ascending.And.Unique);
            Assert.That(
                told.Shares.Select(share => share * 100),
                Is.All.Matches<double>(percent => Math.Abs(percent - Math.Round(percent)) < 1e-9));
            if (parts.Any(part => part > 0)) Assert.That(told.Shares[^1], Is.EqualTo(1));
        });
    }

    [Test]
    public void Add_NothingOfNothing_TellsNothing()
    {
        var told = new Told();

        new WorkProgress(0, told).Add(0);

        Assert.That(told.Shares, Is.Empty);
    }
}
