namespace GpuAls.Tests.Sparse;

public sealed class CsrMatrixTests
{
    [Test]
    public void Slice_MiddleRows_KeepsTheirEntries()
    {
        var matrix = new CsrMatrix(3, [0, 1, 1, 3], [1, 0, 2], [5, 2, 7]);

        var slice = matrix.Slice(1, 2);

        Assert.That(slice.RowCount, Is.EqualTo(2));
        Assert.That(slice.RowLength(0), Is.Zero);
        Assert.That(slice.RowIndices(1).ToArray(), Is.EqualTo(new[] { 0, 2 }));
        Assert.That(slice.RowValues(1).ToArray(), Is.EqualTo(new[] { 2f, 7f }));
    }

    [Test]
    public void Slice_OfASlice_HasTheRowsOfBoth()
    {
        var matrix = new CsrMatrix(3, [0, 1, 1, 3, 4], [1, 0, 2, 1], [5, 2, 7, 8]);

        var slice = matrix.Slice(1, 3).Slice(1, 2).MapValues(value => -value);

        Assert.That(slice.Indptr.ToArray(), Is.EqualTo(new long[] { 0, 2, 3 }));
        Assert.That(slice.Indices.ToArray(), Is.EqualTo(new[] { 0, 2, 1 }));
        Assert.That(slice.Values.ToArray(), Is.EqualTo(new[] { -2f, -7f, -8f }));
    }

    [Test]
    public void SliceColumns_Middle_HasTheirEntriesOfAllRows()
    {
        var matrix = new CsrMatrix(4, [0, 1, 1, 4], [1, 0, 2, 3], [5, 2, 7, 9]).Slice(0, 3);

        var slice = matrix.SliceColumns(1, 2);

        Assert.That(slice.ColumnCount, Is.EqualTo(2));
        Assert.That(slice.Indptr.ToArray(), Is.EqualTo(new long[] { 0, 1, 1, 2 }));
        Assert.That(slice.Indices.ToArray(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(slice.Values.ToArray(), Is.EqualTo(new[] { 5f, 7f }));
    }

    [TestCase(new long[] { 1, 1 }, new int[0], "starts at 1")]
    [TestCase(new long[] { 0, 2, 1 }, new[] { 0 }, "decreases after row 1")]
    [TestCase(new long[] { 0, 1 }, new[] { 3 }, "has column 3; there are 3")]
    [TestCase(new long[] { 0, 2 }, new[] { 1, 1 }, "has column 1 after 1")]
    public void New_BrokenRule_SaysWhichAndWhere(long[] indptr, int[] indices, string expected)
    {
        var values = new float[indices.Length];

        Assert.That(
            () => new CsrMatrix(3, indptr, indices, values), Throws.ArgumentException.With.Message.Contains(expected));
    }

    [Test]
    public void New_ValueNotFinite_IsRefused() =>
        Assert.That(
            () => new CsrMatrix(1, [0, 1], [0], [float.NaN]),
            Throws.ArgumentException.With.Message.Contains("values[0] is NaN"));
}
