namespace IceSharp.Samples.Media;

/// <summary>A sine tone to send when there is no WAV.</summary>
internal static class Tone
{
    private const double Amplitude = 8000;

    /// <summary>Makes the tone as PCMU.</summary>
    /// <param name="frequency">Hertz.</param>
    /// <param name="duration">How long it lasts.</param>
    public static byte[] Pcmu(double frequency, TimeSpan duration)
    {
        byte[] codes = new byte[(int)(duration.TotalSeconds * WaveFile.SampleRate)];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = MuLaw.Encode((short)(Amplitude * Math.Sin(2 * Math.PI * frequency * i / WaveFile.SampleRate)));
        }

        return codes;
    }
}
