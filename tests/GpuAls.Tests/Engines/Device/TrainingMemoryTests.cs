namespace GpuAls.Tests.Engines.Device;

public sealed class TrainingMemoryTests
{
    /// <summary>220 rows of 64 bytes; the rest takes 1,100 bytes with all of them, and 1,648 with none.</summary>
    [TestCase(15_180, 0)]
    [TestCase(15_179, 120, Description = "users fit in half of what is left")]
    [TestCase(8_000, 180, Description = "items fit")]
    [TestCase(1_648, 220)]
    public void SpilledRows_OfABound_AreThoseThatDoNotFitInTurn(long bound, long spilled)
    {
        var shape = new TrainingShape(UserCount: 100, ItemCount: 40, Rank: 9, LongestRow: 5, PlayCount: 300)
        {
            KeptRows = 80,
        };
        var memory = new TrainingMemory(
            shape, FactorBytes: 220 * 64, ScratchBytes: 1_000, RowBytes: 100, SliceBytes: 0);

        Assert.That(memory.SpilledRows(bound), Is.EqualTo(spilled));
    }
}
