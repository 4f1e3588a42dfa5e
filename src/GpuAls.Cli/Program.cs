Console.Error.WriteLine("gpuals");
return 0;
