namespace GpuAls.Reading;

/// <summary>The type of a column of ids. Ids come out with the type they went in with.</summary>
public enum IdType
{
    /// <summary>Text, any Unicode.</summary>
    Text,

    /// <summary>Signed 32-bit integers.</summary>
    Integer32,

    /// <summary>Signed 64-bit integers; also text columns in which every id is an integer.</summary>
    Integer64,

    /// <summary>128-bit UUIDs.</summary>
    Uuid,
}
