using CsCheck;
using GpuAls.Kernels;

namespace GpuAls.Tests.Kernels;

public sealed class PanelColumnsTests
{
    private static readonly Gen<(int Rank8, int Threads)> Shapes = Gen.Select(Gen.Int[1, 64], Gen.Int[64, 256]);

    [Test]
    public void Panels_HoldAllColumns_WithNoMoreTilesThanThreads() => Shapes.Sample(shape =>
    {
        var panels = 0;
        for (var column = 0; column < shape.Rank8; panels++)
        {
            var end = PanelColumns.End(shape.Rank8, column, shape.Threads);
            var tiles = Enumerable.Range(column, end - column).Sum(each => shape.Rank8 - each);
            Assert.That(end, Is.GreaterThan(column));
            Assert.That(tiles, Is.LessThanOrEqualTo(shape.Threads));
            Assert.That(
                end == shape.Rank8 || tiles + shape.Rank8 - end > shape.Threads, "one more column would have fitted");
            column = end;
        }

        Assert.That(PanelColumns.Count(shape.Rank8, shape.Threads), Is.EqualTo(panels));
    });
}
