using CsCheck;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Engines.Device;

/// <summary>Blocks of rows with the columns that they need.</summary>
public sealed class SpilledCutTests
{
    [Test]
    public void Blocks_AnyPlays_HaveAllRowsTheirColumnsAndFit() =>
        Gen.Select(Gen.Int[0, 30].Array[0, 40], Gen.Long[0, 20_000], Gen.Int[0, 1]).Sample((lengths, room, spills) =>
        {
            var plays = TestMatrices.Plays(30, lengths, seed: 7);

            var blocks = new SpilledCut(plays, room, columnBytes: spills * 64, rowBytes: 64).Blocks().ToList();

            Assert.That(
                blocks.SelectMany(block => Enumerable.Range(block.Rows.Start, block.Rows.Count)),
                Is.EqualTo(Enumerable.Range(0, lengths.Length)));
            foreach (var block in blocks)
            {
                var rows = plays.Slice(block.Rows.Start, block.Rows.Count);
                if (block.Rows.Count > 1)
                    Assert.That(
                        (block.Columns.Length * 64) + (block.Rows.Count * 64) + (rows.EntryCount * 8),
                        Is.LessThanOrEqualTo(room));
                if (spills == 0) continue;
                Assert.That(block.Columns, Is.EqualTo(rows.Indices.ToArray().Distinct().Order()));
                var renamed = block.PlaysOf(plays);
                Assert.That(
                    renamed.Indices.ToArray().Select(column => block.Columns[column]),
                    Is.EqualTo(rows.Indices.ToArray()));
                Assert.That(renamed.Values.ToArray(), Is.EqualTo(rows.Values.ToArray()));
                Assert.That(renamed.Indptr.ToArray(), Is.EqualTo(rows.Indptr.ToArray()));
            }
        });
}
