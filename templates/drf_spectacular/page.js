"use strict"

// Swagger UI has a dark side of its own, which it shows when the page's root has this class.
const root = document.documentElement
const dress = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark")
dress()
document.addEventListener("trellis:theme", dress)

SwaggerUIBundle({
  url: "{{ schema_url|escapejs }}",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
})
