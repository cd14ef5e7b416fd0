namespace IceSharp.Samples.Media;

/// <summary>A file is not the kind of WAV the samples can use; the message says what it is instead.</summary>
internal sealed class WaveFormatException(string message) : IOException(message);
