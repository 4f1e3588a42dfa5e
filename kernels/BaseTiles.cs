namespace GpuAls.Kernels;

/// <summary>α₀·YᵀY as the threads that hold a tile load it, made on the host.</summary>
public static class BaseTiles
{
    /// <summary>The 8×8 tiles of the lower triangle, column of tiles by column, each by its 4×4 quarters, A C over B D.</summary>
    /// <param name="matrix">[padded, padded].</param>
    /// <param name="padded">A multiple of eight.</param>
    /// <returns>[tiles, 4, 4, 4].</returns>
    public static float[] Of(float[] matrix, int padded)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var tiles = new float[TriangleIndex.Count(padded / Tile8.Width) * Tile8.Width * Tile8.Width];
        var target = tiles.AsSpan();
        for (var column = 0; column < padded; column += Tile8.Width)
        {
            for (var row = column; row < padded; row += Tile8.Width)
            {
                for (var line = 0; line < 2 * Tile8.Width; line++, target = target[Float4.Width..])
                    matrix.AsSpan(((row + (line % Tile8.Width)) * padded) + column + (line / Tile8.Width * Float4.Width), Float4.Width).CopyTo(target);
            }
        }

        return tiles;
    }
}
