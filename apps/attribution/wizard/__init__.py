"""The wizard that names clicks after they came.

steps     its pages, in order
days      local days as a stretch of time
drafts    what is done with a draft: begun, changed, started as a run
forms     what people type on each step
"""
