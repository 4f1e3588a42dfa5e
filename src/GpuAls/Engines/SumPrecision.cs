using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How Σ gram·y yᵀ and Σ rhs·y are summed from the plays.</summary>
[JsonConverter(typeof(WordConverter<SumPrecision>))]
public enum SumPrecision
{
    /// <summary>Products and sums in fp32.</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>
    /// Products of factors rounded to tf32, 11 bits, and sums in fp32, on the tensor cores of NVIDIA GPUs of compute
    /// capability 8.0 or newer.
    /// </summary>
    [JsonStringEnumMemberName("tf32")]
    Tf32,
}
